#include "envs/city/network_builder.h"

#include <algorithm>
#include <cmath>

#include "envs/city/footways.h"
#include "envs/city/point_grid.h"
#include "envs/city/right_of_way.h"
#include "envs/city/signals.h"
#include "sim/core/random.h"

namespace sandlot::city {
namespace {

constexpr float kStraight = 0.79f;  // rad: up to 45° may be straight on
constexpr float kFork = 0.3f;       // rad between two ways that are both nearly straight on
constexpr float kBack = 2.62f;      // rad
constexpr float kPathStep = 1;      // m between the points of a path across a junction
constexpr float kTreeArea = 220;    // m² of a park for one tree
constexpr int kMostTreesPerArea = 400;
constexpr std::size_t kMostTrees = 200'000;  // in all parks
constexpr std::int32_t kMostPaths = 600;     // across a junction; about 20 streets meet there

class CityBuilder {
 public:
  CityBuilder(const Plan& plan, ImportReport& report)
      : plan_(plan),
        report_(report),
        graph_(build_street_graph(plan, report)),
        layout_(lay_out(graph_, plan.left_hand_traffic)) {}

  std::shared_ptr<const CityMap> run() {
    m_.name = plan_.name;
    m_.attribution = plan_.attribution;
    m_.left_hand_traffic = plan_.left_hand_traffic;
    m_.origin_latitude = plan_.origin_latitude;
    m_.origin_longitude = plan_.origin_longitude;
    make_roads();
    road_lanes_ = m_.lanes.size();
    next_.resize(road_lanes_);
    m_.intersections.resize(layout_.junctions.size());
    paths_.resize(layout_.junctions.size());
    for (std::size_t j = 0; j < layout_.junctions.size(); ++j) make_intersection(j);
    for (std::size_t i = 0; i < m_.lanes.size(); ++i) m_.lanes[i].successors = add_links(next_[i]);
    for (Lane& lane : m_.lanes) measure(lane);
    for (std::size_t j = 0; j < layout_.junctions.size(); ++j)
      set_right_of_way(m_, layout_, layout_.junctions[j], paths_[j]);
    const auto crossings = add_footways(m_, layout_, plan_, report_);
    for (std::size_t j = 0; j < layout_.junctions.size(); ++j)
      if (layout_.junctions[j].signals)
        add_signals(m_, layout_, static_cast<Id>(j), paths_[j], crossings[j]);
    add_parking(m_, layout_);
    add_picture();
    m_.finish();
    return std::make_shared<CityMap>(std::move(m_));
  }

 private:
  Range add_links(const std::vector<Id>& ids) {
    const Range range{static_cast<std::uint32_t>(m_.links.size()),
                      static_cast<std::uint32_t>(ids.size())};
    m_.links.insert(m_.links.end(), ids.begin(), ids.end());
    return range;
  }

  Range add_outline(std::span<const Vec2> points) {
    const Range range{static_cast<std::uint32_t>(m_.outline_points.size()),
                      static_cast<std::uint32_t>(points.size())};
    m_.outline_points.insert(m_.outline_points.end(), points.begin(), points.end());
    return range;
  }

  Range add_points(std::span<const Vec2> line) {
    const Range range{static_cast<std::uint32_t>(m_.lane_points.size()),
                      static_cast<std::uint32_t>(line.size())};
    for (const Vec2 p : line) m_.lane_points.push_back({.position = p});
    return range;
  }

  // Arc lengths, which finish() sets as well, for what is built from them in between.
  void measure(Lane& lane) {
    lane.length = 0;
    for (std::uint32_t k = 0; k < lane.points.count; ++k) {
      LanePoint& p = m_.lane_points[lane.points.first + k];
      if (k > 0)
        lane.length += distance(m_.lane_points[lane.points.first + k - 1].position, p.position);
      p.s = lane.length;
    }
  }

  void make_roads() {
    for (std::uint32_t i = 0; i < graph_.streets.size(); ++i) {
      StreetLayout& s = layout_.streets[i];
      if (s.line.empty()) continue;
      const Street& street = graph_.streets[i];
      const float begin = layout_.junctions[s.junction[0]].arms[s.arm[0]].trim;
      const float end = s.length - layout_.junctions[s.junction[1]].arms[s.arm[1]].trim;
      const Polyline middle = part_of(s.line, begin, end);
      if (street.forward > 0) s.road[0] = make_road(i, middle, false);
      if (street.backward > 0) s.road[1] = make_road(i, reversed(middle), true);
      add_carriageway(street, s, middle);
      if (street.forward > 0 && street.backward > 0) {
        m_.roads[static_cast<std::size_t>(s.road[0])].opposite = s.road[1];
        m_.roads[static_cast<std::size_t>(s.road[1])].opposite = s.road[0];
      }
    }
  }

  void add_carriageway(const Street& street, const StreetLayout& s, const Polyline& middle) {
    Polyline outline = parallel_to(middle, -s.half_right);
    const Polyline left = parallel_to(middle, s.half_left);
    outline.insert(outline.end(), left.rbegin(), left.rend());
    m_.carriageways.push_back({add_outline(outline), s.road[0] != none ? s.road[0] : s.road[1],
                               static_cast<std::int8_t>(street.layer)});
  }

  Id make_road(std::uint32_t i, const Polyline& middle, bool backward) {
    const Street& street = graph_.streets[i];
    const StreetLayout& s = layout_.streets[i];
    const Id id = static_cast<Id>(m_.roads.size());
    Road road;
    road.first_lane = static_cast<Id>(m_.lanes.size());
    road.lane_count = backward ? street.backward : street.forward;
    road.from = static_cast<Id>(s.junction[backward ? 1 : 0]);
    road.to = static_cast<Id>(s.junction[backward ? 0 : 1]);
    road.kind = street.kind;
    road.roundabout = street.roundabout;
    road.link = street.link;
    road.name = {static_cast<std::uint32_t>(m_.characters.size()),
                 static_cast<std::uint32_t>(street.name.size())};
    m_.characters += street.name;
    const float width = street.lane_width;
    const float whole = static_cast<float>(street.forward + street.backward) * width;
    for (int k = 0; k < road.lane_count; ++k) {
      Lane lane;
      const float from_kerb = -whole / 2 + (static_cast<float>(k) + 0.5f) * width;
      Polyline line = parallel_to(middle, layout_.left_hand ? -from_kerb : from_kerb);
      if (length_of(line) < 0.1f)
        line = {line.front(), line.front() + middle.back() - middle.front()};
      lane.points = add_points(line);
      lane.width = width;
      lane.speed_limit = backward ? street.backward_speed : street.forward_speed;
      lane.road = id;
      lane.intersection = road.to;
      lane.index = static_cast<std::uint8_t>(k);
      lane.layer = static_cast<std::int8_t>(street.layer);
      lane.bicycles = road.kind != RoadClass::motorway && road.kind != RoadClass::trunk;
      const Id inner = k + 1 < road.lane_count ? road.first_lane + k + 1 : none;
      const Id outer = k > 0 ? road.first_lane + k - 1 : none;
      lane.left = layout_.left_hand ? outer : inner;
      lane.right = layout_.left_hand ? inner : outer;
      m_.lanes.push_back(lane);
    }
    m_.roads.push_back(road);
    return id;
  }

  // The lanes of a street's direction, from the left.
  std::vector<Id> from_left(Directed d) const {
    const Road& road = m_.roads[static_cast<std::size_t>(
        layout_.streets[static_cast<std::size_t>(d / 2)].road[d % 2])];
    std::vector<Id> lanes;
    for (int k = 0; k < road.lane_count; ++k) lanes.push_back(road.first_lane + k);
    if (!layout_.left_hand) std::reverse(lanes.begin(), lanes.end());
    return lanes;
  }

  Pose end_of(Id lane, bool start) const {
    const auto points = m_.points(m_.lanes[static_cast<std::size_t>(lane)]);
    const std::size_t k = start ? 0 : points.size() - 2;
    return {points[start ? 0 : k + 1].position,
            heading_of(points[k + 1].position - points[k].position)};
  }

  struct Movement {
    Directed out;
    Turn turn;
    float bend;
    std::vector<Id> lanes;  // of the street that arrives, from the left
  };

  void make_intersection(std::size_t j) {
    const Junction& junction = layout_.junctions[j];
    Intersection& x = m_.intersections[j];
    x.first_internal = static_cast<Id>(m_.lanes.size());
    std::vector<Id> in, out;
    for (std::uint32_t a = 0; a < junction.arms.size(); ++a) {
      const Arm& arm = junction.arms[a];
      const auto arriving = static_cast<Directed>(2 * arm.street + (arm.at_to ? 0 : 1));
      if (graph_.exists(arriving)) {
        for (const Id lane : from_left(arriving)) in.push_back(lane);
        connect(j, a, arriving);
      }
      if (graph_.exists(arriving ^ 1))
        for (const Id lane : from_left(arriving ^ 1)) out.push_back(lane);
    }
    x.internal_count = static_cast<std::int32_t>(m_.lanes.size()) - x.first_internal;
    if (x.internal_count > kMostPaths)
      throw MapError("more streets meet in one of its junctions than fit there");
    x.lanes_in = add_links(in);
    x.lanes_out = add_links(out);
    Polyline outline = layout_.outline(junction);
    if (signed_area(outline) < 0) std::reverse(outline.begin(), outline.end());
    x.outline = add_outline(outline);
    for (const Vec2 p : outline) x.centre = x.centre + p;
    x.centre = x.centre * (1.0f / static_cast<float>(std::max<std::size_t>(outline.size(), 1)));
  }

  void connect(std::size_t j, std::uint32_t arm, Directed in) {
    auto movements = movements_of(in);
    choose_lanes(in, movements);
    for (const Movement& movement : movements) {
      const StreetLayout& s = layout_.streets[static_cast<std::size_t>(movement.out / 2)];
      const std::uint32_t arm_out = s.arm[movement.out % 2];
      for (const auto& [from, to] : pair_lanes(movement))
        add_path(j, arm, arm_out, from, to, movement);
    }
  }

  std::vector<Movement> movements_of(Directed in) const {
    std::vector<Movement> all;
    const float heading = end_of(from_left(in).front(), false).heading;
    for (const Directed out : graph_.turns[static_cast<std::size_t>(in)]) {
      const float bend = wrap_angle(end_of(from_left(out).front(), true).heading - heading);
      all.push_back({out, Turn::straight, bend, {}});
    }
    const auto straightest = std::min_element(
        all.begin(), all.end(),
        [](const Movement& a, const Movement& b) { return std::abs(a.bend) < std::abs(b.bend); });
    for (Movement& m : all) {
      const float beside = m.bend - straightest->bend;
      if (std::abs(m.bend) > kBack || (m.out ^ 1) == in)
        m.turn = Turn::u_turn;
      else if (std::abs(m.bend) > kStraight)
        m.turn = m.bend > 0 ? Turn::left : Turn::right;
      else if (std::abs(beside) > kFork)
        m.turn = beside > 0 ? Turn::left : Turn::right;
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Movement& a, const Movement& b) { return a.bend > b.bend; });
    return all;
  }

  static std::uint8_t mask_of(Turn turn) {
    switch (turn) {
      case Turn::left:
        return mark_left;
      case Turn::right:
        return mark_right;
      case Turn::u_turn:
        return mark_back | mark_left;
      case Turn::straight:
        break;
    }
    return mark_straight;
  }

  // Which lanes serve which way: by their marks, else by habit.
  void choose_lanes(Directed in, std::vector<Movement>& movements) const {
    const auto lanes = from_left(in);
    const Street& street = graph_.streets[static_cast<std::size_t>(in / 2)];
    const auto& marks = in % 2 == 0 ? street.forward_turns : street.backward_turns;
    const bool marked = marks.size() == lanes.size();
    std::vector<std::uint8_t> used(lanes.size(), 0);
    for (Movement& m : movements) {
      if (marked)
        for (std::size_t k = 0; k < lanes.size(); ++k)
          if ((marks[k] & mask_of(m.turn)) != 0) m.lanes.push_back(lanes[k]);
      if (m.lanes.empty()) m.lanes = habit(lanes, movements, m);
      for (const Id lane : m.lanes)
        used[static_cast<std::size_t>(std::find(lanes.begin(), lanes.end(), lane) -
                                      lanes.begin())] = 1;
    }
    for (std::size_t k = 0; k < lanes.size();
         ++k) {  // a lane that would end goes with its neighbour
      if (used[k] || movements.empty()) continue;
      const auto nearest = std::min_element(
          movements.begin(), movements.end(),
          [](const Movement& a, const Movement& b) { return std::abs(a.bend) < std::abs(b.bend); });
      nearest->lanes.push_back(lanes[k]);
      std::sort(nearest->lanes.begin(), nearest->lanes.end(), [&](Id a, Id b) {
        return std::find(lanes.begin(), lanes.end(), a) < std::find(lanes.begin(), lanes.end(), b);
      });
    }
  }

  static std::vector<Id> habit(const std::vector<Id>& lanes, const std::vector<Movement>& movements,
                               const Movement& m) {
    const auto has = [&](Turn turn) {
      return std::any_of(movements.begin(), movements.end(),
                         [turn](const Movement& other) { return other.turn == turn; });
    };
    const std::size_t n = lanes.size();
    const bool straight = has(Turn::straight);
    const bool left = has(Turn::left), right = has(Turn::right);
    if (n == 1 || movements.size() == 1) return lanes;
    if (m.turn == Turn::straight) return {lanes.begin() + (n >= 3 && left ? 1 : 0), lanes.end()};
    if (m.turn == Turn::u_turn) return {lanes.front()};
    if (m.turn == Turn::left) {
      const std::size_t count = straight || !right ? 1 : (n + 1) / 2;
      return {lanes.begin(),
              lanes.begin() + static_cast<std::ptrdiff_t>(!straight && !right ? n : count)};
    }
    const std::size_t count = straight ? 1 : left ? n / 2 : n;
    return {lanes.end() - static_cast<std::ptrdiff_t>(count), lanes.end()};
  }

  std::vector<std::pair<Id, Id>> pair_lanes(const Movement& m) const {
    const auto out = from_left(m.out);
    const auto k = static_cast<int>(m.lanes.size()), n = static_cast<int>(out.size());
    const auto clamped = [&](int lane) {
      return out[static_cast<std::size_t>(std::clamp(lane, 0, n - 1))];
    };
    std::vector<std::pair<Id, Id>> pairs;
    int shift = 0;
    if (m.turn == Turn::right) shift = n - k;
    if (m.turn == Turn::straight) shift = best_shift(m, out);
    for (int i = 0; i < k; ++i)
      pairs.push_back({m.lanes[static_cast<std::size_t>(i)], clamped(i + shift)});
    if (m.turn != Turn::straight) return pairs;
    // Lanes that begin here are entered from the outermost ones.
    for (int i = 0; i < n; ++i) {
      if (i < shift) pairs.push_back({m.lanes.front(), out[static_cast<std::size_t>(i)]});
      if (i >= shift + k) pairs.push_back({m.lanes.back(), out[static_cast<std::size_t>(i)]});
    }
    return pairs;
  }

  // How many lanes to the right the leftmost one arrives, so that paths shift sideways least.
  int best_shift(const Movement& m, const std::vector<Id>& out) const {
    const auto k = static_cast<int>(m.lanes.size()), n = static_cast<int>(out.size());
    int best = 0;
    float least = 1e9f;
    for (int shift = std::min(0, n - k); shift <= std::max(0, n - k); ++shift) {
      float sum = 0;
      for (int i = 0; i < k; ++i) {
        const Pose from = end_of(m.lanes[static_cast<std::size_t>(i)], false);
        const Pose to =
            end_of(out[static_cast<std::size_t>(std::clamp(i + shift, 0, n - 1))], true);
        const Vec2 along = direction(from.heading + m.bend / 2);
        sum += std::abs(cross(along, to.position - from.position));
      }
      if (sum < least - 0.01f) {
        least = sum;
        best = shift;
      }
    }
    return best;
  }

  void add_path(std::size_t j, std::uint32_t arm_in, std::uint32_t arm_out, Id from, Id to,
                const Movement& movement) {
    const Pose start = end_of(from, false), end = end_of(to, true);
    Lane lane;
    lane.points = add_points(smooth_path(start, end, kPathStep));
    const Lane &before = m_.lanes[static_cast<std::size_t>(from)],
               &after = m_.lanes[static_cast<std::size_t>(to)];
    lane.width = std::min(before.width, after.width);
    lane.layer = std::max(before.layer, after.layer);
    lane.bicycles = before.bicycles && after.bicycles;
    lane.speed_limit = path_speed(std::min(before.speed_limit, after.speed_limit), movement,
                                  distance(start.position, end.position));
    lane.intersection = static_cast<Id>(j);
    lane.turn = movement.turn;
    lane.follows_street = layout_.junctions[j].arms.size() <= 2;
    const Id id = static_cast<Id>(m_.lanes.size());
    m_.lanes.push_back(lane);
    next_[static_cast<std::size_t>(from)].push_back(id);
    next_.push_back({to});
    paths_[j].push_back({id, arm_in, arm_out});
  }

  // Turns are driven no faster than with 2.5 m/s² to the side.
  static float path_speed(float limit, const Movement& movement, float apart) {
    const float bend = std::abs(movement.bend);
    if (bend < 0.2f) return limit;
    const float radius = apart / (2 * std::sin(std::min(bend, 3.1f) / 2));
    return std::clamp(std::sqrt(2.5f * radius), 2.5f, limit);
  }

  void add_picture() {
    const PointGrid streets = lane_places(m_, 10);
    std::vector<Vec2> ground;  // places of the lanes that are neither bridges nor tunnels, by x
    for (const Lane& lane : m_.lanes)
      for (float s = 0; lane.layer == 0 && s <= lane.length; s += 3)
        ground.push_back(m_.pose(lane, s).position);
    std::sort(ground.begin(), ground.end(),
              [](Vec2 a, Vec2 b) { return a.x != b.x ? a.x < b.x : a.y < b.y; });
    for (const PlanBuilding& b : plan_.buildings) {
      Polyline outline = without_short_steps(b.outline, 0.05f);
      if (outline.size() < 3 || std::abs(signed_area(outline)) < 2) {
        report_.count("buildings of no size, left out");
        continue;
      }
      if (on_street(outline, ground)) {
        report_.count("buildings that stand on a street, left out");
        continue;
      }
      if (signed_area(outline) < 0) std::reverse(outline.begin(), outline.end());
      m_.buildings.push_back({add_outline(outline), b.height, b.kind});
    }
    for (std::size_t i = 0; i < plan_.areas.size(); ++i) {
      Polyline outline = without_short_steps(plan_.areas[i].outline, 0.05f);
      if (outline.size() < 3 || std::abs(signed_area(outline)) < 2) {
        report_.count("areas of no size, left out");
        continue;
      }
      if (signed_area(outline) < 0) std::reverse(outline.begin(), outline.end());
      m_.areas.push_back({add_outline(outline), plan_.areas[i].kind});
      scatter_trees(outline, plan_.areas[i].kind, i, streets);
    }
    m_.trees.insert(m_.trees.end(), plan_.trees.begin(), plan_.trees.end());
  }

  static bool on_street(const Polyline& outline, const std::vector<Vec2>& ground) {
    const auto [low, high] = std::minmax_element(outline.begin(), outline.end(),
                                                 [](Vec2 a, Vec2 b) { return a.x < b.x; });
    const auto first = std::lower_bound(ground.begin(), ground.end(), low->x,
                                        [](Vec2 p, float x) { return p.x < x; });
    for (auto p = first; p != ground.end() && p->x <= high->x; ++p)
      if (inside(outline, *p)) return true;
    return false;
  }

  // Parks and woods get trees of their own: maps seldom list each one.
  void scatter_trees(const Polyline& outline, AreaKind kind, std::size_t number,
                     const PointGrid& streets) {
    if (kind != AreaKind::park && kind != AreaKind::forest) return;
    if (m_.trees.size() > kMostTrees) return;
    const float area = std::abs(signed_area(outline)) / 2;
    const float each = kind == AreaKind::forest ? kTreeArea / 5 : kTreeArea;
    const int count = std::min(static_cast<int>(area / each), kMostTreesPerArea);
    Random random(derive(1, "trees of an area", number));
    Bounds box{outline[0], outline[0]};
    for (const Vec2 p : outline) {
      box.low = {std::min(box.low.x, p.x), std::min(box.low.y, p.y)};
      box.high = {std::max(box.high.x, p.x), std::max(box.high.y, p.y)};
    }
    for (int k = 0, tries = 0; k < count && tries < 4 * count; ++tries) {
      const Vec2 p{box.low.x + (box.high.x - box.low.x) * random.uniform_float(),
                   box.low.y + (box.high.y - box.low.y) * random.uniform_float()};
      const float radius = 1.6f + 1.6f * random.uniform_float();
      if (!inside(outline, p) || streets.nearest(p, radius + 5) != none) continue;
      m_.trees.push_back({p, radius});
      ++k;
    }
  }

  const Plan& plan_;
  ImportReport& report_;
  StreetGraph graph_;
  Layout layout_;
  CityMap m_;
  std::size_t road_lanes_ = 0;
  std::vector<std::vector<Id>> next_;
  std::vector<std::vector<JunctionPath>> paths_;
};

}  // namespace

std::shared_ptr<const CityMap> build_city(const Plan& plan, ImportReport& report) {
  auto map = CityBuilder(plan, report).run();
  // A plan may be so odd that lanes of it do not fit together; nobody is to drive there.
  if (const auto problems = map->validate(1); !problems.empty())
    throw MapError(std::string(city_misfit) + problems[0]);
  return map;
}

}  // namespace sandlot::city
