// From a plan to a city: lanes, paths across junctions, right of way, signals, pavements.
#pragma once

#include <memory>

#include "envs/city/layout.h"
#include "envs/city/plan.h"

namespace sandlot::city {

// One internal lane of a junction while it is built.
struct JunctionPath {
  Id lane = none;
  std::uint32_t arm_in = 0, arm_out = 0;  // of the junction
};

// How the MapError begins that refuses a plan whose lanes would not fit together.
inline constexpr const char* city_misfit = "no city can be made of it: ";

// Throws MapError where the plan has no streets that connect. What was repaired or left out is
// added to the report. The same plan gives the same city, byte for byte.
std::shared_ptr<const CityMap> build_city(const Plan& plan, ImportReport& report);

}  // namespace sandlot::city
