// Signal programs, made so that no two paths that conflict are green together.
#pragma once

#include <span>
#include <vector>

#include "envs/city/network_builder.h"

namespace sandlot::city {

// Stages are sets of approaches whose paths do not conflict, but for turns that let oncoming
// traffic pass (Webster 1958 calls them compatible streams). Each crossing is green in the stages
// in which no street traffic enters it, and ends so early that who has begun to cross gets over
// (1.2 m/s); a crossing that no stage suits gets one of its own.
// `crossings` are those of the junction. Afterwards lanes, crossings and intersection know the
// program.
void add_signals(CityMap& map, const Layout& layout, Id intersection,
                 std::span<const JunctionPath> paths, std::span<const Id> crossings);

}  // namespace sandlot::city
