// CityMap: the streets, paths, signals and houses of one city, as traffic, sensors and pictures see
// them.
//
// Metres, x to the east, y to the north, from the middle of the map; headings in radians, counter-
// clockwise from east; seconds; metres per second. A map never changes once it is made: worlds
// share it as std::shared_ptr<const CityMap>, and what an episode alters lives in the world.
//
// Streets are a graph of lanes, after SUMO (Krajzewicz et al. 2012): a *road lane* lies between two
// intersections, an *internal lane* is one path across an intersection. The successors of a road
// lane are internal lanes, and the one successor of an internal lane is a road lane, so that
// traffic follows one list of lanes without a special case. A road lane ends at its stop line. Dead
// ends are intersections with a U-turn. All that is of variable length lies in one array of the
// map; Range says where.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sandlot {
class Writer;
class Reader;
}  // namespace sandlot

namespace sandlot::city {

struct Vec2 {
  float x = 0, y = 0;
  bool operator==(const Vec2&) const = default;
};
constexpr Vec2 operator+(Vec2 a, Vec2 b) { return {a.x + b.x, a.y + b.y}; }
constexpr Vec2 operator-(Vec2 a, Vec2 b) { return {a.x - b.x, a.y - b.y}; }
constexpr Vec2 operator*(Vec2 a, float k) { return {a.x * k, a.y * k}; }
constexpr float dot(Vec2 a, Vec2 b) { return a.x * b.x + a.y * b.y; }
constexpr float cross(Vec2 a, Vec2 b) { return a.x * b.y - a.y * b.x; }
constexpr Vec2 left_of(Vec2 a) { return {-a.y, a.x}; }  // a quarter turn counter-clockwise
inline float length(Vec2 a) { return std::sqrt(dot(a, a)); }
inline float distance(Vec2 a, Vec2 b) { return length(b - a); }
inline Vec2 direction(float heading) { return {std::cos(heading), std::sin(heading)}; }
inline float heading_of(Vec2 a) { return std::atan2(a.y, a.x); }
float wrap_angle(float angle);  // to (−π, π]

using Id = std::int32_t;  // an index into one of the map's arrays
constexpr Id none = -1;

struct Range {
  std::uint32_t first = 0, count = 0;
  bool empty() const { return count == 0; }
};

struct Pose {
  Vec2 position;
  float heading = 0;
};

// A vertex of a lane's centre line. The line is straight between vertices; heading and curvature
// (1/m, positive to the left) are interpolated, so that what drives along it turns smoothly.
struct LanePoint {
  Vec2 position;
  float s = 0;  // arc length from the lane's start
  float heading = 0;
  float curvature = 0;
};

enum class Turn : std::uint8_t { straight, left, right, u_turn };
constexpr int turn_count = 4;

// What regulates an internal lane. Whom it lets pass is in its conflicts (must_yield), for all of
// these; `stop` means a full stop at the line first, and `signal` that its light decides as well.
enum class Control : std::uint8_t { priority, yield, stop, signal, right_before_left, roundabout };
constexpr int control_count = 6;

struct Lane {
  Range points;           // CityMap::lane_points, two at least
  float length = 0;       // > 0
  float width = 3;        // > 0
  float speed_limit = 0;  // > 0
  Id road = none;         // none: an internal lane
  // Of an internal lane the one that it crosses, of a road lane the one at its end.
  Id intersection = none;
  Id left = none, right = none;      // neighbours in the same direction; changing over is allowed
  Range successors;                  // CityMap::links
  Range predecessors;                // CityMap::links
  Range conflicts;                   // CityMap::conflicts; of internal lanes
  Range crossings;                   // CityMap::lane_crossings, by s
  std::int16_t signal_group = none;  // in the intersection's program; of internal lanes
  std::uint8_t index = 0;            // from the kerb, 0 beside it; of road lanes
  Turn turn = Turn::straight;        // of internal lanes
  Control control = Control::priority;
  // Height above the ground in storeys, as bridges and tunnels have it: what is on different layers
  // neither meets nor sees each other.
  std::int8_t layer = 0;
  bool cars = true, bicycles = true;
  // The street's own direction bends here only as far as the road does: a car that follows it sets
  // no indicator. Of internal lanes.
  bool follows_street = false;

  bool internal() const { return road == none; }
};

enum class ConflictKind : std::uint8_t {
  crossing,   // the paths cross
  merging,    // they end in the same lane
  diverging,  // they begin in the same lane: what stands on one may reach into the other
};

// Where two internal lanes of an intersection come closer to each other than cars are wide. Each
// pair is listed with both lanes. At most one of the two has must_yield, except that right-before-
// left may close a circle of several lanes: who waits longest, or has the lowest id, goes first.
struct Conflict {
  Id lane = none;                        // the other one
  float begin = 0, end = 0;              // arc lengths on this lane
  float other_begin = 0, other_end = 0;  // on the other one
  ConflictKind kind = ConflictKind::crossing;
  bool must_yield = false;  // traffic on this lane lets that on the other pass
};

enum class RoadClass : std::uint8_t {
  motorway,
  trunk,
  primary,
  secondary,
  tertiary,
  residential,
  living_street,
  service
};
constexpr int road_class_count = 8;

// One direction of a street between two intersections.
struct Road {
  Id first_lane = none;  // lanes lie side by side in CityMap::lanes, from the kerb
  std::int32_t lane_count = 0;
  Id from = none, to = none;  // intersections; may be the same
  Id opposite = none;         // the other direction of the same street
  RoadClass kind = RoadClass::residential;
  bool roundabout = false, link = false;
  Range name;  // CityMap::characters
};

// The paved surface of a street between two junctions, parking strips included; with the outlines
// of the intersections it makes up all that may be driven on.
struct Carriageway {
  Range outline;   // CityMap::outline_points, counter-clockwise: along the right kerb, back on the
                   // left
  Id road = none;  // one of its directions
  std::int8_t layer = 0;
};

struct Intersection {
  Vec2 centre;
  Range outline;             // CityMap::outline_points, counter-clockwise
  Range lanes_in;            // CityMap::links: road lanes that end here
  Range lanes_out;           // CityMap::links: road lanes that begin here
  Id first_internal = none;  // internal lanes lie side by side in CityMap::lanes
  std::int32_t internal_count = 0;
  Id program = none;
};

enum class Light : std::uint8_t { red, yellow, green };

struct SignalPhase {
  float duration = 0;  // > 0
  float begin = 0;     // sum of the durations before it
};

// Lights of an intersection, phase after phase and round again. Two lanes whose paths conflict are
// green together only where one must yield to the other.
struct SignalProgram {
  Id intersection = none;
  Range phases;  // CityMap::signal_phases
  Range lights;  // CityMap::signal_lights: [phase][group]
  std::int32_t groups = 0;
  float cycle = 0;   // sum of the durations
  float offset = 0;  // added to the time
};

enum class FootKind : std::uint8_t { sidewalk, crossing, path };
constexpr int foot_kind_count = 3;

struct FootNode {
  Vec2 position;
  Range edges;  // CityMap::links
};

// A way for pedestrians, in both directions.
struct FootEdge {
  Id from = none, to = none;  // foot nodes
  Range points;               // CityMap::outline_points, from `from` to `to`
  float length = 0;
  float width = 2;
  FootKind kind = FootKind::sidewalk;
  Id crossing = none;
};

struct CrossingCut {
  Id lane = none;
  float s = 0;  // where the crossing's middle line cuts the lane's
};

// A pedestrian crossing, from kerb to kerb.
struct Crossing {
  Vec2 from, to;
  float width = 3;
  Range cuts;         // CityMap::crossing_cuts
  Id program = none;  // signals; none: pedestrians have right of way
  std::int16_t signal_group = none;
  Id node_from = none, node_to = none;  // foot nodes on the pavement beside from and to
  bool marked = true;                   // zebra or signals; else only a place where people cross
};

struct LaneCrossing {
  Id crossing = none;
  float s = 0;
};

enum class BuildingKind : std::uint8_t { house, apartments, shop, industrial, church, civic };
constexpr int building_kind_count = 6;
struct Building {
  Range outline;  // CityMap::outline_points, counter-clockwise, not closed
  float height = 6;
  BuildingKind kind = BuildingKind::house;
};

enum class AreaKind : std::uint8_t { grass, park, forest, water, plaza, parking, pitch, rail };
constexpr int area_kind_count = 8;
struct Area {
  Range outline;  // CityMap::outline_points, counter-clockwise, not closed
  AreaKind kind = AreaKind::park;
};

struct Tree {
  Vec2 position;
  float radius = 2;  // of its crown
};

// A place for a parked car beside a lane, clear of all lanes' moving traffic.
struct ParkingPlace {
  Pose pose;
  Id lane = none;
  float s = 0;  // beside which point of the lane
  float length = 5, width = 2;
};

struct Bounds {
  Vec2 low, high;
};

// A place on the lanes: `offset` to the left of the centre line.
struct LanePlace {
  Id lane = none;
  float s = 0;
  float offset = 0;
  float distance = 0;  // from the point asked for
};

enum class LaneFilter : std::uint8_t { all, road, internal };

struct CityMap {
  std::string name;
  std::string attribution;  // of the data, as its licence asks
  bool left_hand_traffic = false;
  // Latitude and longitude of (0, 0) in degrees; 0, 0 for towns that are nowhere.
  double origin_latitude = 0, origin_longitude = 0;
  Bounds bounds;  // of everything that belongs to streets

  std::vector<Lane> lanes;
  std::vector<Road> roads;
  std::vector<Carriageway> carriageways;
  std::vector<Intersection> intersections;
  std::vector<SignalProgram> programs;
  std::vector<Crossing> crossings;
  std::vector<FootNode> foot_nodes;
  std::vector<FootEdge> foot_edges;
  std::vector<Building> buildings;
  std::vector<Area> areas;
  std::vector<Tree> trees;
  std::vector<ParkingPlace> parking;

  std::vector<LanePoint> lane_points;
  std::vector<Vec2> outline_points;
  std::vector<Id> links;
  std::vector<Conflict> conflicts;
  std::vector<CrossingCut> crossing_cuts;
  std::vector<LaneCrossing> lane_crossings;
  std::vector<SignalPhase> signal_phases;
  std::vector<Light> signal_lights;
  std::string characters;

  std::span<const LanePoint> points(const Lane& l) const { return part(lane_points, l.points); }
  std::span<const Id> successors(const Lane& l) const { return part(links, l.successors); }
  std::span<const Id> predecessors(const Lane& l) const { return part(links, l.predecessors); }
  std::span<const Conflict> conflicts_of(const Lane& l) const {
    return part(conflicts, l.conflicts);
  }
  std::span<const LaneCrossing> crossings_of(const Lane& l) const {
    return part(lane_crossings, l.crossings);
  }
  std::span<const Vec2> outline(Range range) const { return part(outline_points, range); }
  std::span<const Id> ids(Range range) const { return part(links, range); }
  std::span<const CrossingCut> cuts(const Crossing& c) const { return part(crossing_cuts, c.cuts); }
  std::string_view name_of(const Road& road) const {
    return std::string_view(characters).substr(road.name.first, road.name.count);
  }

  // The lane at arc length s, taken into [0, length], `offset` metres to the left of its centre.
  Pose pose(const Lane& lane, float s, float offset = 0) const;
  float curvature(const Lane& lane, float s) const;
  // The lane's point nearest to `point`.
  LanePlace project(Id lane, Vec2 point) const;

  Light light(const SignalProgram& program, double time, int group) const;
  // Seconds until the light of the group is next different from what it is at `time`.
  double until_change(const SignalProgram& program, double time, int group) const;

  // The lane nearest to a point within `radius`, nothing where there is none. With `heading`, only
  // lanes that run that way within 90°, and turns away count: a metre per 10°.
  std::optional<LanePlace> nearest_lane(Vec2 point, float radius,
                                        LaneFilter filter = LaneFilter::all,
                                        std::optional<float> heading = {}) const;
  Id nearest_foot_node(Vec2 point) const;  // none in a map without

  // Lanes from which each reaches each other one, by successors and lane changes: the largest such
  // set of lanes for cars, one byte per lane.
  std::vector<std::uint8_t> strong_part() const;

  // Everything that is wrong with the map, in words, up to `most` of it; empty for a good one. All
  // else here relies on what it checks.
  std::vector<std::string> validate(std::size_t most = 100) const;

  // From positions and successors all that follows from them: arc lengths, headings, curvatures,
  // predecessors, crossings by lane, edges by foot node, cycles, bounds and the grid of lanes.
  // Indices must be right.
  void finish();

  void save(Writer& out) const;
  void load(Reader& in);  // ArchiveError for what does not validate

 private:
  template <class T>
  static std::span<const T> part(const std::vector<T>& all, Range range) {
    return {all.data() + range.first, range.count};
  }
  std::size_t segment(const Lane& lane, float s) const;
  std::size_t phase_at(const SignalProgram& program, double time) const;
  void finish_points(Lane& lane);
  void finish_links();
  void finish_crossings();
  void finish_grid();

  // Lanes by cell of a uniform grid over the bounds: cell c holds grid_lanes_[grid_begin_[c] …
  // grid_begin_[c+1]), each lane in all cells that its vertices' boxes touch.
  float cell_ = 16;
  int columns_ = 0, rows_ = 0;
  std::vector<std::uint32_t> grid_begin_;
  std::vector<Id> grid_lanes_;
};

// Finds ways over the lanes; keeps its memory between calls, so that it allocates nothing once
// warm.
class Router {
 public:
  explicit Router(const CityMap& map) : map_(&map) {}

  // The fastest way from a lane to another, both included, into `route`: each lane is a successor
  // of the one before or its neighbour (a change of lanes). False where there is none. Dijkstra
  // (1959) with the straight distance at the highest speed limit as a bound (A*, Hart et al. 1968).
  bool find(Id from, Id to, std::vector<Id>& route);
  // Of the last route, to the start of its last lane: free travel time and a few per change of
  // lanes.
  double seconds() const { return seconds_; }

 private:
  struct Entry {
    float bound;
    Id lane;
  };
  void open(Id lane, float cost, Id before, Vec2 goal);

  const CityMap* map_;
  float fastest_ = 0;
  std::uint32_t round_ = 0;
  std::vector<std::uint32_t> seen_;  // the round in which cost_ was set
  std::vector<float> cost_;
  std::vector<Id> before_;
  std::vector<Entry> heap_;
  double seconds_ = 0;
};

}  // namespace sandlot::city
