// One street of OpenStreetMap data: lanes, speeds, width, pavements and parked cars by its tags.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "envs/city/osm_reader.h"
#include "envs/city/osm_tags.h"

namespace sandlot::city {

inline bool one_of(std::string_view value, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Without its nodes. Tags that make no sense are ignored and counted.
PlanWay read_street(const OsmWay& way, const StreetClass& kind, bool left_hand_traffic,
                    ImportReport& report);

}  // namespace sandlot::city
