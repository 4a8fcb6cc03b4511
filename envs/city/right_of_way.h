// Who lets whom pass at a junction.
#pragma once

#include <span>

#include "envs/city/network_builder.h"

namespace sandlot::city {

// Finds where the junction's paths come too close to each other, and sets control and must_yield of
// all of them: signals first, else roundabouts, else stop and give-way signs, else the class of the
// streets, else right before left among small streets; left turns let oncoming traffic pass (right
// turns, where one drives on the left).
void set_right_of_way(CityMap& map, const Layout& layout, const Junction& junction,
                      std::span<const JunctionPath> paths);

}  // namespace sandlot::city
