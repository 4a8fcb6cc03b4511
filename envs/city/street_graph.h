// StreetGraph: a plan's streets between its junctions, cleaned.
//
// A street runs from vertex to vertex; vertices that form one junction in the world (the four
// corners where two dual carriageways meet, say) share a group. Streets inside a group are inner:
// they only say which way through the junction is possible.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "envs/city/plan.h"
#include "envs/city/polyline.h"
#include "envs/city/strong.h"

namespace sandlot::city {

struct Mark {
  enum class Kind : std::uint8_t { crossing, signals, stop, give_way };
  float s = 0;  // from the start of the street
  Kind kind = Kind::crossing;
  std::int8_t direction = 0;  // 1: for forward traffic, −1: backward, 0: unknown
  bool marked = true;         // crossings
  bool signals = false;       // crossings
};

struct Street {
  std::uint32_t from = 0, to = 0;  // vertices
  Polyline line;
  RoadClass kind = RoadClass::residential;
  bool link = false, roundabout = false, inner = false, alive = true;
  int forward = 1, backward = 1;
  float forward_speed = 13.9f, backward_speed = 13.9f, lane_width = 3.2f;
  std::vector<std::uint8_t> forward_turns, backward_turns;
  int layer = 0;
  bool sidewalk_left = true, sidewalk_right = true, parking_left = false, parking_right = false;
  std::int64_t way_from = 0, way_to = 0;  // of the plan, at each end
  // What stands at the end for the traffic that arrives there: priority, yield or stop.
  Control control_to = Control::priority, control_from = Control::priority;
  std::vector<Mark> marks;
  std::string name;

  float length() const { return length_of(line); }
};

struct Vertex {
  Vec2 position;
  std::uint32_t node = 0;  // of the plan
  bool signals = false;
  std::uint32_t group = 0;
};

// A street in one direction: 2·street, +1 backward.
using Directed = std::int32_t;

constexpr std::uint32_t no_vertex = 0xffffffffu;

struct StreetGraph {
  std::vector<Vertex> vertices;
  std::vector<Street> streets;
  Adjacency turns;  // by Directed: where traffic may go on, in the order of the streets
  std::vector<std::uint32_t> vertex_of_node;  // by node of the plan; no_vertex: none
  // The other carriageway's vertex at a turn at the map's edge; no_vertex: none.
  std::vector<std::uint32_t> partner;

  std::uint32_t partner_of(std::uint32_t v) const {
    return v < partner.size() ? partner[v] : no_vertex;
  }
  // Groups are sets with a representative each (union–find; Tarjan 1975).
  std::uint32_t group(std::uint32_t v);
  void unite(std::uint32_t a, std::uint32_t b);
  void reset_groups();  // each vertex on its own, but for turns at the edge; no street is inner
  // The streets that end in each group, by its representative; twice where both ends do.
  std::vector<std::vector<std::uint32_t>> ends_by_group();

  bool exists(Directed d) const {
    const Street& street = streets[static_cast<std::size_t>(d / 2)];
    return street.alive && (d % 2 == 0 ? street.forward : street.backward) > 0;
  }
  std::uint32_t start(Directed d) const {
    const Street& street = streets[static_cast<std::size_t>(d / 2)];
    return d % 2 == 0 ? street.from : street.to;
  }
  std::uint32_t end(Directed d) const { return start(d ^ 1); }
};

// Signals and signs go to the junction that they stand before. Signals that stand nowhere near one,
// but at a crossing, make a junction of their own.
void place_signals(StreetGraph& graph, ImportReport& report);

// Vertices so close together that they are one junction become a group, and the streets between
// them inner.
struct JoinedJunctions {
  std::int64_t inner_streets = 0, lost_crossings = 0;
};
JoinedJunctions join_junctions(StreetGraph& graph);

// Fills in `turns`, after the plan's turn restrictions.
void find_turns(StreetGraph& graph, const Plan& plan);

// Throws MapError where nothing drivable is left.
StreetGraph build_street_graph(const Plan& plan, ImportReport& report);

}  // namespace sandlot::city
