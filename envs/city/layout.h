// Layout: where streets end and junctions begin.
//
// Each junction has arms, the ends of the streets that meet there, counter-clockwise. Along an arm
// one goes outward from the junction. Streets are cut where lanes end at their stop lines: outside
// of what the streets share, and outside of the crossing.
#pragma once

#include <vector>

#include "envs/city/street_graph.h"

namespace sandlot::city {

constexpr float kParkingStrip = 2.2f;   // m beside the lanes
constexpr float kSidewalk = 2.2f;       // m wide
constexpr float kCrossingWidth = 3.5f;  // m

struct Arm {
  std::uint32_t street = 0;
  bool at_to = false;  // the junction is where the street ends
  Vec2 position, dir;  // a straight line that the arm follows near the junction; dir outward
  float half_left = 0, half_right = 0;      // of the carriageway, seen outward
  float left_corner = 0, right_corner = 0;  // along the arm, where its kerbs meet the neighbours'
  float trim = 0;                           // along the street, from its vertex to its stop line
  float crossing = -1;                      // along the street to the crossing; < 0: none
  bool marked = false;                      // the crossing
  bool sidewalk_left = false, sidewalk_right = false;  // seen outward
};

struct Junction {
  Vec2 centre;
  std::vector<Arm> arms;  // counter-clockwise
  bool signals = false, roundabout = false, border = false;
  std::vector<std::uint32_t> vertices;
};

struct StreetLayout {
  Polyline line;  // rounded
  float length = 0;
  float half_left = 0, half_right = 0;
  std::uint32_t junction[2] = {0, 0}, arm[2] = {0, 0};  // at `from` and at `to`
  std::vector<Mark> crossings;                          // those that belong to no arm
  Id road[2] = {none, none};                            // forward, backward
};

struct Layout {
  const StreetGraph* graph = nullptr;
  bool left_hand = false;
  std::vector<Junction> junctions;
  std::vector<StreetLayout> streets;  // by street; those that are gone or inner are empty

  const Street& street(const Arm& arm) const { return graph->streets[arm.street]; }
  const StreetLayout& layout(const Arm& arm) const { return streets[arm.street]; }
  // At distance d along the arm, heading outward.
  Pose along(const Arm& arm, float d) const;
  // A kerb's point at distance d: `side` 1 for the left one seen outward, −1 for the right one;
  // `beyond` metres outside of the carriageway.
  Vec2 kerb(const Arm& arm, float d, int side, float beyond = 0) const;
  // Where the kerbs of arm and of the next one counter-clockwise would meet, moved outward by
  // `beyond`; false where they run side by side.
  static bool corner(const Arm& arm, const Arm& next, float beyond, Vec2& meeting);
  // The carriageway's outline at a junction, counter-clockwise.
  Polyline outline(const Junction& junction) const;
};

Layout lay_out(const StreetGraph& graph, bool left_hand);

}  // namespace sandlot::city
