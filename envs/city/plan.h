// Plan: streets and houses as a map gives them, in metres, before lanes are made of them. Importer
// and generator both end here; build_city (network_builder.h) makes the CityMap.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "envs/city/map.h"

namespace sandlot::city {

// A map from which no city can be made; what() says why.
struct MapError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct PlanNode {
  Vec2 position;
  bool signals = false, stop = false, give_way = false;
  bool crossing = false, crossing_marked = true, crossing_signals = false;
  std::int8_t direction = 0;  // of signals, stop, give_way along the way: 1, −1, 0 unknown
};

// Turns that a lane is marked for, as bits; 0: no mark.
enum TurnMask : std::uint8_t { mark_left = 1, mark_straight = 2, mark_right = 4, mark_back = 8 };

struct PlanWay {
  std::int64_t id = 0;
  std::vector<std::uint32_t> nodes;
  RoadClass kind = RoadClass::residential;
  bool link = false, roundabout = false;
  int forward = 1, backward = 1;  // lanes; 0: no traffic that way
  float forward_speed = 13.9f, backward_speed = 13.9f;
  float lane_width = 3.2f;
  std::vector<std::uint8_t> forward_turns, backward_turns;  // by lane from the left, or empty
  int layer = 0;
  bool sidewalk_left = true, sidewalk_right = true;  // in the direction of the nodes
  bool parking_left = false, parking_right = false;
  std::string name;
};

struct PlanPath {  // for pedestrians, away from streets
  std::vector<std::uint32_t> nodes;
  float width = 2;
};

// A turn from way to way over a node that is forbidden, or the only one allowed. Where a way goes
// on beyond the node, `side` says which side is meant.
struct PlanRestriction {
  enum class Side : std::uint8_t { any, left, right, straight, back };
  Side side = Side::any;
  std::int64_t from = 0, to = 0;
  std::uint32_t via = 0;
  bool only = false;
};

struct PlanBuilding {
  std::vector<Vec2> outline;
  float height = 6;
  BuildingKind kind = BuildingKind::house;
};

struct PlanArea {
  std::vector<Vec2> outline;
  AreaKind kind = AreaKind::park;
};

struct Plan {
  std::string name, attribution;
  bool left_hand_traffic = false;
  double origin_latitude = 0, origin_longitude = 0;
  std::vector<PlanNode> nodes;
  std::vector<PlanWay> ways;
  std::vector<PlanPath> paths;
  std::vector<PlanRestriction> restrictions;
  std::vector<PlanBuilding> buildings;
  std::vector<PlanArea> areas;
  std::vector<Tree> trees;
};

// What was repaired or left out, and what came of it.
struct ImportReport {
  struct Line {
    std::string what;
    std::int64_t count = 0;
  };
  std::vector<Line> lines;  // in the order in which they were first counted

  void count(const std::string& what, std::int64_t by = 1) {
    if (by == 0) return;
    for (Line& line : lines)
      if (line.what == what) {
        line.count += by;
        return;
      }
    lines.push_back({what, by});
  }
  std::int64_t of(const std::string& what) const {
    for (const Line& line : lines)
      if (line.what == what) return line.count;
    return 0;
  }
};

}  // namespace sandlot::city
