#include "envs/city/map_file.h"

#include "sim/core/archive.h"

namespace sandlot::city {
namespace {

constexpr std::uint32_t kVersion = 1;
constexpr const char* kKind = "city map";

// One list of fields per structure serves both directions: A is Save or Load.
template <class A>
void fields(A& a, Vec2& v) {
  a(v.x, v.y);
}
template <class A>
void fields(A& a, Range& r) {
  a(r.first, r.count);
}
template <class A>
void fields(A& a, Pose& p) {
  a(p.position, p.heading);
}
template <class A>
void fields(A& a, LanePoint& p) {
  a(p.position, p.s, p.heading, p.curvature);
}
template <class A>
void fields(A& a, Lane& l) {
  a(l.points, l.length, l.width, l.speed_limit, l.road, l.intersection, l.left, l.right,
    l.successors, l.predecessors, l.conflicts, l.crossings, l.signal_group, l.index, l.turn,
    l.control, l.layer, l.cars, l.bicycles, l.follows_street);
}
template <class A>
void fields(A& a, Conflict& c) {
  a(c.lane, c.begin, c.end, c.other_begin, c.other_end, c.kind, c.must_yield);
}
template <class A>
void fields(A& a, Road& r) {
  a(r.first_lane, r.lane_count, r.from, r.to, r.opposite, r.kind, r.roundabout, r.link, r.name);
}
template <class A>
void fields(A& a, Intersection& x) {
  a(x.centre, x.outline, x.lanes_in, x.lanes_out, x.first_internal, x.internal_count, x.program);
}
template <class A>
void fields(A& a, Carriageway& c) {
  a(c.outline, c.road, c.layer);
}
template <class A>
void fields(A& a, SignalPhase& p) {
  a(p.duration, p.begin);
}
template <class A>
void fields(A& a, SignalProgram& p) {
  a(p.intersection, p.phases, p.lights, p.groups, p.cycle, p.offset);
}
template <class A>
void fields(A& a, FootNode& n) {
  a(n.position, n.edges);
}
template <class A>
void fields(A& a, FootEdge& e) {
  a(e.from, e.to, e.points, e.length, e.width, e.kind, e.crossing);
}
template <class A>
void fields(A& a, CrossingCut& c) {
  a(c.lane, c.s);
}
template <class A>
void fields(A& a, LaneCrossing& c) {
  a(c.crossing, c.s);
}
template <class A>
void fields(A& a, Crossing& c) {
  a(c.from, c.to, c.width, c.cuts, c.program, c.signal_group, c.node_from, c.node_to, c.marked);
}
template <class A>
void fields(A& a, Building& b) {
  a(b.outline, b.height, b.kind);
}
template <class A>
void fields(A& a, Area& area) {
  a(area.outline, area.kind);
}
template <class A>
void fields(A& a, Tree& t) {
  a(t.position, t.radius);
}
template <class A>
void fields(A& a, ParkingPlace& p) {
  a(p.pose, p.lane, p.s, p.length, p.width);
}
template <class A>
void fields(A& a, CityMap& m) {
  a(m.name, m.attribution, m.left_hand_traffic, m.origin_latitude, m.origin_longitude);
  a(m.lanes, m.roads, m.carriageways, m.intersections, m.programs, m.crossings, m.foot_nodes,
    m.foot_edges, m.buildings, m.areas, m.trees, m.parking);
  a(m.lane_points, m.outline_points, m.links, m.conflicts, m.crossing_cuts, m.lane_crossings,
    m.signal_phases, m.signal_lights, m.characters);
}

class Save {
 public:
  explicit Save(Writer& out) : out_(out) {}
  template <class... T>
  void operator()(T&... values) {
    (one(values), ...);
  }

 private:
  template <class T>
  void one(T& value) {
    if constexpr (Plain<T> || std::is_same_v<T, std::string>)
      out_.write(value);
    else
      fields(*this, value);
  }
  template <class T>
  void one(std::vector<T>& values) {
    out_.write<std::uint64_t>(values.size());
    for (T& value : values) one(value);
  }
  Writer& out_;
};

class Load {
 public:
  explicit Load(Reader& in) : in_(in) {}
  template <class... T>
  void operator()(T&... values) {
    (one(values), ...);
  }

 private:
  template <class T>
  void one(T& value) {
    if constexpr (Plain<T> || std::is_same_v<T, std::string>)
      in_.read(value);
    else
      fields(*this, value);
  }
  template <class T>
  void one(std::vector<T>& values) {
    // Counts are checked against what is left; each item takes some of it, and none is in memory
    // more than eight times as large as in the file.
    const std::size_t count = in_.read_count(sizeof(T) > 8 ? sizeof(T) / 8 : 1);
    values.clear();
    for (std::size_t i = 0; i < count; ++i) one(values.emplace_back());
  }
  Reader& in_;
};

}  // namespace

void CityMap::save(Writer& out) const {
  out.tag("city map");
  Save save(out);
  fields(save, const_cast<CityMap&>(*this));  // Save only reads
}

void CityMap::load(Reader& in) {
  in.expect_tag("city map");
  CityMap map;
  Load load(in);
  fields(load, map);
  if (const auto problems = map.validate(1); !problems.empty()) in.fail(problems.front());
  map.finish_grid();
  *this = std::move(map);
}

void write_map(const std::filesystem::path& path, const CityMap& map) {
  Writer out;
  map.save(out);
  save_archive(path, kKind, kVersion, out);
}

std::shared_ptr<const CityMap> read_map(const std::filesystem::path& path) {
  const ArchiveFile file(path, kKind, kVersion);
  Reader in = file.reader();
  auto map = std::make_shared<CityMap>();
  map->load(in);
  if (in.remaining() > 0) in.fail("there is more in it than a map");
  return map;
}

}  // namespace sandlot::city
