// Pavements, crossings and paths for pedestrians, and places for parked cars.
#pragma once

#include <vector>

#include "envs/city/network_builder.h"

namespace sandlot::city {

// Pavements along all streets that have them, around corners, and across the streets; paths are
// joined to the nearest pavement. Returns the crossings of each junction.
std::vector<std::vector<Id>> add_footways(CityMap& map, const Layout& layout, const Plan& plan,
                                          ImportReport& report);

void add_parking(CityMap& map, const Layout& layout);

}  // namespace sandlot::city
