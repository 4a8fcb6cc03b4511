// What a good map fulfils.
#include <algorithm>
#include <cmath>
#include <string>

#include "envs/city/map.h"

namespace sandlot::city {
namespace {

constexpr float kGap = 0.05f;      // m between the end of a lane and the start of the next one
constexpr float kBend = 0.35f;     // rad between their directions
constexpr float kFastest = 100;    // m/s
constexpr float kLargest = 1e6f;   // m, of a coordinate
constexpr float kCutDistance = 1;  // m from a crossing to where it cuts a lane

class Check {
 public:
  Check(const CityMap& map, std::size_t most) : m_(map), most_(most) {}

  std::vector<std::string> run() {
    check_arrays();
    if (!problems_.empty()) return problems_;  // the rest indexes what would be wrong
    for (std::size_t i = 0; i < m_.lanes.size(); ++i) check_lane(i);
    for (std::size_t i = 0; i < m_.roads.size(); ++i) check_road(i);
    for (std::size_t i = 0; i < m_.intersections.size(); ++i) check_intersection(i);
    if (!problems_.empty()) return problems_;
    for (std::size_t i = 0; i < m_.programs.size(); ++i) check_program(i);
    for (std::size_t i = 0; i < m_.crossings.size(); ++i) check_crossing(i);
    for (std::size_t i = 0; i < m_.foot_edges.size(); ++i) check_foot_edge(i);
    const auto strong = m_.strong_part();
    for (std::size_t i = 0; i < m_.lanes.size(); ++i)
      require(strong[i] || !m_.lanes[i].cars, "lane", i, "is not part of the connected streets");
    return problems_;
  }

 private:
  bool require(bool good, const char* what, std::size_t index, const char* problem) {
    if (!good && problems_.size() < most_)
      problems_.push_back(std::string(what) + " " + std::to_string(index) + ": " + problem);
    return good;
  }
  template <class T>
  static bool inside(Range range, const std::vector<T>& all) {
    return std::uint64_t{range.first} + range.count <= all.size();
  }
  template <class T>
  static bool valid(Id id, const std::vector<T>& all) {
    return id >= 0 && static_cast<std::size_t>(id) < all.size();
  }
  template <class T>
  static bool valid_or_none(Id id, const std::vector<T>& all) {
    return id == none || valid(id, all);
  }
  bool valid_links(Range range, std::size_t count) const {
    if (!inside(range, m_.links)) return false;
    const auto ids = m_.ids(range);
    return std::all_of(ids.begin(), ids.end(),
                       [count](Id id) { return id >= 0 && static_cast<std::size_t>(id) < count; });
  }
  static bool usual(float value) { return std::abs(value) <= kLargest; }  // false for NaN
  static bool usual(Vec2 p) { return usual(p.x) && usual(p.y); }
  static bool positive(float value) { return value > 0 && value <= kLargest; }
  template <class E>
  static bool known(E value, int count) {
    return static_cast<int>(value) < count;
  }
  const Lane& lane(Id id) const { return m_.lanes[static_cast<std::size_t>(id)]; }
  bool contains(Range range, Id id) const {
    const auto ids = m_.ids(range);
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  }

  void check_arrays() {
    for (std::size_t i = 0; i < m_.lane_points.size(); ++i)
      require(usual(m_.lane_points[i].position) && usual(m_.lane_points[i].s) &&
                  usual(m_.lane_points[i].heading) && usual(m_.lane_points[i].curvature),
              "lane point", i, "is not a place");
    for (std::size_t i = 0; i < m_.outline_points.size(); ++i)
      require(usual(m_.outline_points[i]), "outline point", i, "is not a place");
    for (std::size_t i = 0; i < m_.lanes.size(); ++i) check_lane_indices(i);
    for (std::size_t i = 0; i < m_.roads.size(); ++i) check_road_indices(i);
    for (std::size_t i = 0; i < m_.carriageways.size(); ++i)
      require(inside(m_.carriageways[i].outline, m_.outline_points) &&
                  m_.carriageways[i].outline.count >= 4 && valid(m_.carriageways[i].road, m_.roads),
              "carriageway", i, "has no right outline or road");
    for (std::size_t i = 0; i < m_.intersections.size(); ++i) check_intersection_indices(i);
    for (std::size_t i = 0; i < m_.programs.size(); ++i) check_program_indices(i);
    check_foot_indices();
    for (std::size_t i = 0; i < m_.buildings.size(); ++i)
      require(inside(m_.buildings[i].outline, m_.outline_points) &&
                  m_.buildings[i].outline.count >= 3 && positive(m_.buildings[i].height) &&
                  known(m_.buildings[i].kind, building_kind_count),
              "building", i, "has no right outline, height or kind");
    for (std::size_t i = 0; i < m_.areas.size(); ++i)
      require(inside(m_.areas[i].outline, m_.outline_points) && m_.areas[i].outline.count >= 3 &&
                  known(m_.areas[i].kind, area_kind_count),
              "area", i, "has no right outline or kind");
    for (std::size_t i = 0; i < m_.trees.size(); ++i)
      require(usual(m_.trees[i].position) && positive(m_.trees[i].radius), "tree", i,
              "is nowhere or of no size");
    for (std::size_t i = 0; i < m_.parking.size(); ++i) {
      const ParkingPlace& place = m_.parking[i];
      require(usual(place.pose.position) && usual(place.pose.heading) &&
                  valid(place.lane, m_.lanes) && positive(place.length) && positive(place.width) &&
                  place.s >= 0 && place.s <= lane(place.lane).length,
              "parking place", i, "is not beside a lane");
    }
  }

  void check_lane_indices(std::size_t i) {
    const Lane& l = m_.lanes[i];
    require(inside(l.points, m_.lane_points) && l.points.count >= 2, "lane", i,
            "has fewer than two points");
    require(positive(l.length) && positive(l.width) && positive(l.speed_limit) &&
                l.speed_limit <= kFastest,
            "lane", i, "has no right length, width or speed limit");
    require(valid_or_none(l.road, m_.roads) && valid(l.intersection, m_.intersections) &&
                valid_or_none(l.left, m_.lanes) && valid_or_none(l.right, m_.lanes),
            "lane", i, "has a road, intersection or neighbour that does not exist");
    require(
        valid_links(l.successors, m_.lanes.size()) && valid_links(l.predecessors, m_.lanes.size()),
        "lane", i, "leads to or from a lane that does not exist");
    require(known(l.turn, turn_count) && known(l.control, control_count), "lane", i,
            "has no right turn or control");
    if (require(inside(l.conflicts, m_.conflicts), "lane", i, "has conflicts outside the map"))
      for (const Conflict& c : m_.conflicts_of(l))
        require(valid(c.lane, m_.lanes), "lane", i, "conflicts with a lane that does not exist");
    if (require(inside(l.crossings, m_.lane_crossings), "lane", i, "has crossings outside the map"))
      for (const LaneCrossing& c : m_.crossings_of(l))
        require(valid(c.crossing, m_.crossings), "lane", i, "has a crossing that does not exist");
  }

  void check_road_indices(std::size_t i) {
    const Road& r = m_.roads[i];
    require(r.lane_count >= 1 && valid(r.first_lane, m_.lanes) &&
                static_cast<std::size_t>(r.lane_count) <=
                    m_.lanes.size() - static_cast<std::size_t>(r.first_lane),
            "road", i, "has lanes that do not exist");
    require(valid(r.from, m_.intersections) && valid(r.to, m_.intersections) &&
                valid_or_none(r.opposite, m_.roads),
            "road", i, "has an intersection or opposite that does not exist");
    require(known(r.kind, road_class_count) &&
                std::uint64_t{r.name.first} + r.name.count <= m_.characters.size(),
            "road", i, "has no right class or name");
  }

  void check_intersection_indices(std::size_t i) {
    const Intersection& x = m_.intersections[i];
    require(usual(x.centre) && inside(x.outline, m_.outline_points), "intersection", i,
            "has no right place or outline");
    require(valid_links(x.lanes_in, m_.lanes.size()) && valid_links(x.lanes_out, m_.lanes.size()),
            "intersection", i, "has lanes that do not exist");
    require(x.internal_count >= 1 && valid(x.first_internal, m_.lanes) &&
                static_cast<std::size_t>(x.internal_count) <=
                    m_.lanes.size() - static_cast<std::size_t>(x.first_internal),
            "intersection", i, "has internal lanes that do not exist");
    require(valid_or_none(x.program, m_.programs), "intersection", i,
            "has a signal program that does not exist");
  }

  void check_program_indices(std::size_t i) {
    const SignalProgram& p = m_.programs[i];
    require(valid(p.intersection, m_.intersections) && inside(p.phases, m_.signal_phases) &&
                p.phases.count >= 1 && p.groups >= 1 && inside(p.lights, m_.signal_lights) &&
                std::uint64_t{p.phases.count} * static_cast<std::uint64_t>(p.groups) ==
                    p.lights.count &&
                positive(p.cycle) && usual(p.offset),
            "signal program", i, "has phases, lights or an intersection that do not exist");
    for (const Light light : m_.signal_lights)
      if (!require(known(light, 3), "signal program", i, "has a light of no colour")) return;
  }

  void check_foot_indices() {
    for (std::size_t i = 0; i < m_.crossings.size(); ++i) {
      const Crossing& c = m_.crossings[i];
      require(usual(c.from) && usual(c.to) && positive(c.width) &&
                  valid(c.node_from, m_.foot_nodes) && valid(c.node_to, m_.foot_nodes),
              "crossing", i, "has no right ends or width");
      require((c.program == none && c.signal_group == none) ||
                  (valid(c.program, m_.programs) && c.signal_group >= 0 &&
                   c.signal_group < m_.programs[static_cast<std::size_t>(c.program)].groups),
              "crossing", i, "has signals that do not exist");
      if (require(inside(c.cuts, m_.crossing_cuts), "crossing", i, "has cuts outside the map"))
        for (const CrossingCut& cut : m_.cuts(c))
          require(valid(cut.lane, m_.lanes), "crossing", i, "cuts a lane that does not exist");
    }
    for (std::size_t i = 0; i < m_.foot_nodes.size(); ++i)
      require(usual(m_.foot_nodes[i].position) &&
                  valid_links(m_.foot_nodes[i].edges, m_.foot_edges.size()),
              "foot node", i, "is nowhere or has edges that do not exist");
    for (std::size_t i = 0; i < m_.foot_edges.size(); ++i) {
      const FootEdge& e = m_.foot_edges[i];
      require(valid(e.from, m_.foot_nodes) && valid(e.to, m_.foot_nodes) &&
                  inside(e.points, m_.outline_points) && e.points.count >= 2 &&
                  positive(e.length) && positive(e.width) && known(e.kind, foot_kind_count) &&
                  valid_or_none(e.crossing, m_.crossings),
              "foot edge", i, "has no right ends, points, length, width or kind");
    }
  }

  void check_lane(std::size_t i) {
    const Lane& l = m_.lanes[i];
    const auto id = static_cast<Id>(i);
    const auto points = m_.points(l);
    bool rising = points[0].s == 0 && std::abs(points.back().s - l.length) < 1e-3f;
    for (std::size_t k = 1; k < points.size(); ++k) {
      const float step = points[k].s - points[k - 1].s;
      const float straight = distance(points[k - 1].position, points[k].position);
      rising = rising && step > 0 && std::abs(step - straight) <= 1e-3f + 1e-4f * points[k].s;
    }
    require(rising, "lane", i, "its arc lengths do not fit its points");
    const auto next = m_.successors(l);
    require(!next.empty(), "lane", i, "leads nowhere");
    require(!m_.predecessors(l).empty() || l.left != none || l.right != none, "lane", i,
            "nothing leads to it");
    require(!l.internal() || (next.size() == 1 && m_.predecessors(l).size() == 1), "lane", i,
            "crosses an intersection and has not one lane before and one after it");
    for (const Id n : next) {
      const Lane& after = lane(n);
      require(after.internal() != l.internal(), "lane", i,
              "roads and paths across intersections do not alternate");
      require(contains(after.predecessors, id), "lane", i, "its successor does not know it");
      const LanePoint& start = m_.points(after).front();
      require(distance(points.back().position, start.position) <= kGap, "lane", i,
              "does not end where its successor starts");
      require(std::abs(wrap_angle(start.heading - points.back().heading)) <= kBend, "lane", i,
              "its successor starts in another direction");
    }
    for (const Id before : m_.predecessors(l))
      require(contains(lane(before).successors, id), "lane", i, "its predecessor does not know it");
    require((l.left == none || lane(l.left).right == id) &&
                (l.right == none || lane(l.right).left == id),
            "lane", i, "its neighbour does not know it");
    check_conflicts(i);
    float last = 0;
    for (const LaneCrossing& c : m_.crossings_of(l)) {
      require(c.s >= last && c.s <= l.length, "lane", i, "its crossings are not in order along it");
      last = c.s;
    }
  }

  void check_conflicts(std::size_t i) {
    const Lane& l = m_.lanes[i];
    require(l.internal() || l.conflicts.empty(), "lane", i,
            "has conflicts outside of an intersection");
    for (const Conflict& c : m_.conflicts_of(l)) {
      const Lane& other = lane(c.lane);
      require(other.internal() && other.intersection == l.intersection, "lane", i,
              "conflicts with a lane of elsewhere");
      require(c.begin >= 0 && c.begin <= c.end && c.end <= l.length && c.other_begin >= 0 &&
                  c.other_begin <= c.other_end && c.other_end <= other.length,
              "lane", i, "a conflict is not on the lanes");
      const auto theirs = m_.conflicts_of(other);
      const auto mirror = std::find_if(theirs.begin(), theirs.end(), [&](const Conflict& o) {
        return o.lane == static_cast<Id>(i) && o.begin == c.other_begin && o.end == c.other_end &&
               o.other_begin == c.begin && o.other_end == c.end && o.kind == c.kind;
      });
      if (require(mirror != theirs.end(), "lane", i, "a conflict is not known to the other lane"))
        require(!(c.must_yield && mirror->must_yield), "lane", i,
                "it and another lane must each yield to the other");
    }
  }

  void check_road(std::size_t i) {
    const Road& r = m_.roads[i];
    for (std::int32_t k = 0; k < r.lane_count; ++k) {
      const Lane& l = lane(r.first_lane + k);
      require(l.road == static_cast<Id>(i) && l.index == k && l.intersection == r.to, "road", i,
              "its lanes do not know it");
      const auto side = [&](Id neighbour) {
        return neighbour == none || lane(neighbour).road == static_cast<Id>(i);
      };
      require(side(l.left) && side(l.right), "road", i, "a lane's neighbour is on another road");
      require(
          contains(m_.intersections[static_cast<std::size_t>(r.from)].lanes_out,
                   r.first_lane + k) &&
              contains(m_.intersections[static_cast<std::size_t>(r.to)].lanes_in, r.first_lane + k),
          "road", i, "an intersection does not know its lanes");
    }
    if (r.opposite == none) return;
    const Road& back = m_.roads[static_cast<std::size_t>(r.opposite)];
    require(back.opposite == static_cast<Id>(i) && back.from == r.to && back.to == r.from, "road",
            i, "its opposite direction does not know it");
  }

  void check_intersection(std::size_t i) {
    const Intersection& x = m_.intersections[i];
    for (std::int32_t k = 0; k < x.internal_count; ++k) {
      const Lane& l = lane(x.first_internal + k);
      require(l.internal() && l.intersection == static_cast<Id>(i), "intersection", i,
              "its internal lanes do not know it");
      require((l.control == Control::signal) == (l.signal_group != none), "intersection", i,
              "a lane has signals and no group of them, or the other way round");
      require(l.signal_group == none ||
                  (x.program != none && l.signal_group >= 0 &&
                   l.signal_group < m_.programs[static_cast<std::size_t>(x.program)].groups),
              "intersection", i, "a lane's signals do not exist");
    }
    require(x.program == none ||
                m_.programs[static_cast<std::size_t>(x.program)].intersection == static_cast<Id>(i),
            "intersection", i, "its signal program does not know it");
  }

  void check_program(std::size_t i) {
    const SignalProgram& p = m_.programs[i];
    const Intersection& x = m_.intersections[static_cast<std::size_t>(p.intersection)];
    const auto groups = static_cast<std::uint32_t>(p.groups);
    float begin = 0;
    for (std::uint32_t k = 0; k < p.phases.count; ++k) {
      const SignalPhase& phase = m_.signal_phases[p.phases.first + k];
      require(phase.duration > 0 && phase.begin == begin, "signal program", i,
              "its phases do not follow each other");
      begin += phase.duration;
      check_green(i, x, p, k);
    }
    require(begin == p.cycle, "signal program", i, "its cycle is not the sum of its phases");
    for (std::uint32_t g = 0; g < groups; ++g) {
      bool green = false;
      for (std::uint32_t k = 0; k < p.phases.count; ++k) green = green || is_green(p, k, g);
      require(green, "signal program", i, "a light is never green");
    }
  }

  bool is_green(const SignalProgram& p, std::uint32_t phase, std::uint32_t group) const {
    return m_.signal_lights[p.lights.first + phase * static_cast<std::uint32_t>(p.groups) +
                            group] == Light::green;
  }

  void check_green(std::size_t i, const Intersection& x, const SignalProgram& p,
                   std::uint32_t phase) {
    const auto green = [&](const Lane& l) {
      return l.signal_group != none &&
             is_green(p, phase, static_cast<std::uint32_t>(l.signal_group));
    };
    for (std::int32_t k = 0; k < x.internal_count; ++k) {
      const Lane& l = lane(x.first_internal + k);
      if (!green(l)) continue;
      for (const Conflict& c : m_.conflicts_of(l)) {
        if (c.kind == ConflictKind::diverging || c.must_yield || !green(lane(c.lane))) continue;
        const auto theirs = m_.conflicts_of(lane(c.lane));
        const bool yields = std::any_of(theirs.begin(), theirs.end(), [&](const Conflict& o) {
          return o.lane == x.first_internal + k && o.must_yield;
        });
        require(yields, "signal program", i, "paths that conflict are green together");
      }
      for (const LaneCrossing& c : m_.crossings_of(l)) {
        const Crossing& walk = m_.crossings[static_cast<std::size_t>(c.crossing)];
        if (walk.program != static_cast<Id>(i) || (l.turn != Turn::straight && c.s > l.length / 2))
          continue;
        require(!is_green(p, phase, static_cast<std::uint32_t>(walk.signal_group)),
                "signal program", i, "people and cars that go straight on are green together");
      }
    }
  }

  void check_crossing(std::size_t i) {
    const Crossing& c = m_.crossings[i];
    const Vec2 along = c.to - c.from;
    require(length(along) > 0.5f, "crossing", i, "is of no length");
    require(!m_.cuts(c).empty(), "crossing", i, "crosses nothing");
    for (const CrossingCut& cut : m_.cuts(c)) {
      const Lane& l = lane(cut.lane);
      require(cut.s >= 0 && cut.s <= l.length, "crossing", i, "cuts a lane outside of it");
      const Vec2 p = m_.pose(l, cut.s).position;
      const float t = std::clamp(dot(p - c.from, along) / dot(along, along), 0.0f, 1.0f);
      require(distance(p, c.from + along * t) <= kCutDistance, "crossing", i,
              "cuts a lane elsewhere");
      const auto there = m_.crossings_of(l);
      require(std::any_of(there.begin(), there.end(),
                          [&](const LaneCrossing& lc) {
                            return lc.crossing == static_cast<Id>(i) && lc.s == cut.s;
                          }),
              "crossing", i, "is not known to a lane that it cuts");
    }
    require(distance(m_.foot_nodes[static_cast<std::size_t>(c.node_from)].position, c.from) < 4 &&
                distance(m_.foot_nodes[static_cast<std::size_t>(c.node_to)].position, c.to) < 4,
            "crossing", i, "is not near its foot nodes");
  }

  void check_foot_edge(std::size_t i) {
    const FootEdge& e = m_.foot_edges[i];
    const auto line = m_.outline(e.points);
    const FootNode& from = m_.foot_nodes[static_cast<std::size_t>(e.from)];
    const FootNode& to = m_.foot_nodes[static_cast<std::size_t>(e.to)];
    require(
        distance(line.front(), from.position) <= kGap && distance(line.back(), to.position) <= kGap,
        "foot edge", i, "does not end at its nodes");
    require(contains(from.edges, static_cast<Id>(i)) && contains(to.edges, static_cast<Id>(i)),
            "foot edge", i, "is not known to its nodes");
  }

  const CityMap& m_;
  std::size_t most_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> CityMap::validate(std::size_t most) const {
  return Check(*this, most).run();
}

}  // namespace sandlot::city
