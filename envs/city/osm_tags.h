// What OpenStreetMap's tags mean for traffic.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "envs/city/plan.h"

namespace sandlot::city {

// "50", "30 mph", "20 knots", "DE:urban", "walk"; in m/s, nothing for what is no speed.
std::optional<float> parse_speed(std::string_view value);
// "7.5", "7.5 m", "24'", "24'6\""; in m, nothing for what is no length or not in (0, 1000].
std::optional<float> parse_length(std::string_view value);
// A whole number in [low, high]; of "2;3" the first.
std::optional<int> parse_count(std::string_view value, int low, int high);
// "left|through;right|" by lane from the left: TurnMask; empty lanes and "none" are unmarked (0).
std::vector<std::uint8_t> parse_turn_lanes(std::string_view value);

struct StreetClass {
  RoadClass kind;
  bool link;
  int lanes;    // per direction
  float speed;  // m/s
  bool oneway;
};
// The class and defaults of highway=…, after SUMO's OSM type map with 50 km/h in towns; nothing for
// what cars do not use.
std::optional<StreetClass> street_class(std::string_view highway);

// Whether one drives on the left at this place: by rough outlines of the countries that do.
bool drives_on_left(double latitude, double longitude);

}  // namespace sandlot::city
