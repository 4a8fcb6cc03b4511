#include "tests/envs/city/maps.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace sandlot::city::testing {

Range MapMaker::add_points(const std::vector<Vec2>& points) {
  const Range range{static_cast<std::uint32_t>(map_.lane_points.size()),
                    static_cast<std::uint32_t>(points.size())};
  for (const Vec2 p : points) map_.lane_points.push_back({.position = p});
  return range;
}

Id MapMaker::add_intersection(Vec2 centre) {
  map_.intersections.emplace_back().centre = centre;
  return static_cast<Id>(map_.intersections.size()) - 1;
}

Pose MapMaker::end_of(Id lane) const {
  const auto p = map_.points(map_.lanes[static_cast<std::size_t>(lane)]);
  return {p.back().position, heading_of(p.back().position - p[p.size() - 2].position)};
}

Pose MapMaker::start_of(Id lane) const {
  const auto p = map_.points(map_.lanes[static_cast<std::size_t>(lane)]);
  return {p[0].position, heading_of(p[1].position - p[0].position)};
}

Id MapMaker::add_road(Id from, Id to, const std::vector<Vec2>& points, float limit, int count) {
  const auto first = static_cast<Id>(map_.lanes.size());
  const auto road = static_cast<Id>(map_.roads.size());
  Road street;
  street.first_lane = first;
  street.lane_count = count;
  street.from = from;
  street.to = to;
  map_.roads.push_back(street);
  for (int k = 0; k < count; ++k) {
    std::vector<Vec2> line;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const Vec2 along =
          i + 1 < points.size() ? points[i + 1] - points[i] : points[i] - points[i - 1];
      line.push_back(points[i] + left_of(along) * (3.2f * static_cast<float>(k) / length(along)));
    }
    Lane lane;
    lane.points = add_points(line);
    lane.width = 3.2f;
    lane.speed_limit = limit;
    lane.road = road;
    lane.intersection = to;
    lane.index = static_cast<std::uint8_t>(k);
    if (k > 0) lane.right = first + k - 1;
    if (k + 1 < count) lane.left = first + k + 1;
    map_.lanes.push_back(lane);
    successors_.emplace_back();
  }
  return first;
}

Id MapMaker::add_internal(Id from, Id to, Control control, Turn turn, std::int16_t signal_group) {
  const Pose a = end_of(from), b = start_of(to);
  const float reach = distance(a.position, b.position) * 0.4f;
  const Vec2 p1 = a.position + direction(a.heading) * reach;
  const Vec2 p2 = b.position - direction(b.heading) * reach;
  std::vector<Vec2> line;
  for (int i = 0; i <= 12; ++i) {  // a cubic Bézier curve
    const float t = static_cast<float>(i) / 12, u = 1 - t;
    line.push_back(a.position * (u * u * u) + p1 * (3 * u * u * t) + p2 * (3 * u * t * t) +
                   b.position * (t * t * t));
  }
  const auto id = static_cast<Id>(map_.lanes.size());
  Lane lane;
  lane.points = add_points(line);
  lane.width = 3.2f;
  lane.speed_limit = map_.lanes[static_cast<std::size_t>(from)].speed_limit;
  lane.intersection = map_.lanes[static_cast<std::size_t>(from)].intersection;
  lane.turn = turn;
  lane.control = control;
  lane.signal_group = signal_group;
  map_.lanes.push_back(lane);
  successors_.push_back({to});
  successors_[static_cast<std::size_t>(from)].push_back(id);
  return id;
}

void MapMaker::add_signals(Id intersection, const std::vector<Phase>& phases) {
  SignalProgram program;
  program.intersection = intersection;
  program.groups = static_cast<std::int32_t>(phases[0].lights.size());
  program.phases = {static_cast<std::uint32_t>(map_.signal_phases.size()),
                    static_cast<std::uint32_t>(phases.size())};
  program.lights.first = static_cast<std::uint32_t>(map_.signal_lights.size());
  for (const Phase& phase : phases) {
    map_.signal_phases.push_back({.duration = phase.duration});
    for (const Light light : phase.lights) map_.signal_lights.push_back(light);
  }
  program.lights.count =
      static_cast<std::uint32_t>(map_.signal_lights.size()) - program.lights.first;
  map_.intersections[static_cast<std::size_t>(intersection)].program =
      static_cast<Id>(map_.programs.size());
  map_.programs.push_back(program);
}

Id MapMaker::add_crossing(Vec2 from, Vec2 to, const std::vector<CrossingCut>& cuts) {
  Crossing crossing;
  crossing.from = from;
  crossing.to = to;
  crossing.cuts = {static_cast<std::uint32_t>(map_.crossing_cuts.size()),
                   static_cast<std::uint32_t>(cuts.size())};
  map_.crossing_cuts.insert(map_.crossing_cuts.end(), cuts.begin(), cuts.end());
  const auto id = static_cast<Id>(map_.crossings.size());
  const auto node = static_cast<Id>(map_.foot_nodes.size());
  map_.foot_nodes.emplace_back().position = from;
  map_.foot_nodes.emplace_back().position = to;
  crossing.node_from = node;
  crossing.node_to = node + 1;
  const auto first = static_cast<std::uint32_t>(map_.outline_points.size());
  map_.outline_points.push_back(from);
  map_.outline_points.push_back(to);
  map_.foot_edges.push_back({.from = node,
                             .to = node + 1,
                             .points = {first, 2},
                             .width = 3,
                             .kind = FootKind::crossing,
                             .crossing = id});
  map_.crossings.push_back(crossing);
  return id;
}

void MapMaker::find_conflicts(const Yields& yields) {
  constexpr float near = 2.3f, step = 0.5f;
  for (Id a = 0; a < static_cast<Id>(map_.lanes.size()); ++a) {
    Lane& lane = map_.lanes[static_cast<std::size_t>(a)];
    if (!lane.internal()) continue;
    const auto first = static_cast<std::uint32_t>(map_.conflicts.size());
    for (Id b = 0; b < static_cast<Id>(map_.lanes.size()); ++b) {
      const Lane& other = map_.lanes[static_cast<std::size_t>(b)];
      if (a == b || !other.internal() || other.intersection != lane.intersection) continue;
      Conflict c;
      c.lane = b;
      c.begin = c.other_begin = 1e9f;
      for (float s = 0; s <= lane.length; s += step) {
        for (float t = 0; t <= other.length; t += step) {
          if (distance(map_.pose(lane, s).position, map_.pose(other, t).position) > near) continue;
          c.begin = std::min(c.begin, s);
          c.end = std::max(c.end, s);
          c.other_begin = std::min(c.other_begin, t);
          c.other_end = std::max(c.other_end, t);
        }
      }
      if (c.begin > 1e8f) continue;
      if (map_.predecessors(lane)[0] == map_.predecessors(other)[0])
        c.kind = ConflictKind::diverging;
      else if (map_.successors(lane)[0] == map_.successors(other)[0])
        c.kind = ConflictKind::merging;
      c.must_yield = c.kind != ConflictKind::diverging && yields(map_, a, b);
      map_.conflicts.push_back(c);
    }
    lane.conflicts = {first, static_cast<std::uint32_t>(map_.conflicts.size()) - first};
  }
}

std::shared_ptr<const CityMap> MapMaker::finish(const Yields& yields) {
  for (std::size_t i = 0; i < map_.lanes.size(); ++i) {
    map_.lanes[i].successors = {static_cast<std::uint32_t>(map_.links.size()),
                                static_cast<std::uint32_t>(successors_[i].size())};
    map_.links.insert(map_.links.end(), successors_[i].begin(), successors_[i].end());
  }
  map_.finish();
  find_conflicts(yields);
  return std::make_shared<const CityMap>(std::move(map_));
}

std::shared_ptr<const CityMap> ring(float length, float limit, int lanes) {
  MapMaker maker;
  const float radius = length / (2 * std::numbers::pi_v<float>);
  const Id x = maker.add_intersection({radius, 0});
  const float gap = 4 / radius;
  std::vector<Vec2> points;
  for (int i = 0; i <= 400; ++i)
    points.push_back(
        direction(gap / 2 + (2 * std::numbers::pi_v<float> - gap) * static_cast<float>(i) / 400) *
        radius);
  const Id first = maker.add_road(x, x, points, limit, lanes);
  for (int k = 0; k < lanes; ++k)
    maker.add_internal(first + k, first + k, Control::priority, Turn::straight);
  return maker.finish([](const CityMap&, Id, Id) { return false; });
}

namespace {

// From where a path comes, as a heading towards the intersection.
float approach(const CityMap& map, Id lane) {
  return map.pose(map.lanes[static_cast<std::size_t>(lane)], 0).heading;
}

// Right before left; and whoever turns left lets those who come towards it pass.
bool yields_in_grid(const CityMap& map, Id lane, Id other) {
  const Lane& mine = map.lanes[static_cast<std::size_t>(lane)];
  const float turn = wrap_angle(approach(map, other) - approach(map, lane));
  const bool oncoming = std::abs(turn) > 2.5f;
  if (oncoming)
    return mine.turn == Turn::left && map.lanes[static_cast<std::size_t>(other)].turn != Turn::left;
  const bool from_right = turn > 0.5f && turn < 2.5f;  // it drives to my left
  return mine.control == Control::right_before_left && from_right;
}

void connect(MapMaker& maker, const std::vector<std::pair<Id, Id>>& arrivals,
             const std::vector<std::pair<Id, Id>>& departures, Control control) {
  for (const auto& [in, from] : arrivals) {
    for (const auto& [out, to] : departures) {
      if (from == to) continue;  // no U-turns
      const float heading = maker.end_of(in).heading;
      const float turn = wrap_angle(maker.start_of(out).heading - heading);
      const Turn kind = turn > 0.5f ? Turn::left : turn < -0.5f ? Turn::right : Turn::straight;
      const bool north_south = std::abs(std::sin(heading)) > 0.5f;
      maker.add_internal(
          in, out, control, kind,
          control == Control::signal ? static_cast<std::int16_t>(north_south) : none);
    }
  }
}

}  // namespace

std::shared_ptr<const CityMap> grid(int n, float spacing, Control control) {
  MapMaker maker;
  for (int k = 0; k < n * n; ++k)
    maker.add_intersection(
        {static_cast<float>(k % n) * spacing, static_cast<float>(k / n) * spacing});
  std::vector<std::vector<std::pair<Id, Id>>> in(static_cast<std::size_t>(n * n)), out = in;
  const auto street = [&](int a, int b) {
    const Vec2 from = maker.map().intersections[static_cast<std::size_t>(a)].centre;
    const Vec2 to = maker.map().intersections[static_cast<std::size_t>(b)].centre;
    const Vec2 along = (to - from) * (1 / distance(from, to));
    const Vec2 side = left_of(along) * -1.7f;
    std::vector<Vec2> line;
    for (int i = 0; i <= 10; ++i)
      line.push_back(from + along * (9 + (spacing - 18) * static_cast<float>(i) / 10) + side);
    const Id lane = maker.add_road(a, b, line, 13.9f);
    in[static_cast<std::size_t>(b)].push_back({lane, a});
    out[static_cast<std::size_t>(a)].push_back({lane, b});
  };
  for (int y = 0; y < n; ++y) {
    for (int x = 0; x < n; ++x) {
      const int k = y * n + x;
      if (x + 1 < n) {
        street(k, k + 1);
        street(k + 1, k);
      }
      if (y + 1 < n) {
        street(k, k + n);
        street(k + n, k);
      }
    }
  }
  for (int k = 0; k < n * n; ++k) {
    const auto here = static_cast<std::size_t>(k);
    connect(maker, in[here], out[here], control);
    if (control != Control::signal) continue;
    using enum Light;
    maker.add_signals(k, {{20, {green, red}},
                          {3, {yellow, red}},
                          {2, {red, red}},
                          {20, {red, green}},
                          {3, {red, yellow}},
                          {2, {red, red}}});
  }
  return maker.finish(yields_in_grid);
}

}  // namespace sandlot::city::testing
