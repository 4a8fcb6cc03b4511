#include "envs/city/map.h"

#include <algorithm>
#include <limits>
#include <numbers>

namespace sandlot::city {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;
constexpr float kCell = 16;                // m, of the grid in all but very large maps
constexpr float kMostCells = 1024 * 1024;  // in a map larger than 16 km the cells grow

struct Box {
  Vec2 low{std::numeric_limits<float>::max(), std::numeric_limits<float>::max()};
  Vec2 high{std::numeric_limits<float>::lowest(), std::numeric_limits<float>::lowest()};
  void add(Vec2 p) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
};

}  // namespace

float wrap_angle(float angle) {
  angle = std::remainder(angle, 2 * kPi);
  return angle <= -kPi ? kPi : angle;
}

std::size_t CityMap::segment(const Lane& lane, float s) const {
  const auto vertices = points(lane);
  const auto after =
      std::upper_bound(vertices.begin() + 1, vertices.end() - 1, s,
                       [](float value, const LanePoint& vertex) { return value < vertex.s; });
  return static_cast<std::size_t>(after - vertices.begin()) - 1;
}

Pose CityMap::pose(const Lane& lane, float s, float offset) const {
  s = std::clamp(s, 0.0f, lane.length);
  const std::size_t i = segment(lane, s);
  const LanePoint& a = lane_points[lane.points.first + i];
  const LanePoint& b = lane_points[lane.points.first + i + 1];
  const float t = (s - a.s) / (b.s - a.s);
  Pose result;
  result.position = a.position + (b.position - a.position) * t;
  result.heading = wrap_angle(a.heading + wrap_angle(b.heading - a.heading) * t);
  if (offset != 0) result.position = result.position + left_of(direction(result.heading)) * offset;
  return result;
}

float CityMap::curvature(const Lane& lane, float s) const {
  s = std::clamp(s, 0.0f, lane.length);
  const std::size_t i = segment(lane, s);
  const LanePoint& a = lane_points[lane.points.first + i];
  const LanePoint& b = lane_points[lane.points.first + i + 1];
  return a.curvature + (b.curvature - a.curvature) * (s - a.s) / (b.s - a.s);
}

LanePlace CityMap::project(Id id, Vec2 point) const {
  const auto vertices = points(lanes[static_cast<std::size_t>(id)]);
  LanePlace best{id, 0, 0, std::numeric_limits<float>::max()};
  for (std::size_t i = 0; i + 1 < vertices.size(); ++i) {
    const Vec2 start = vertices[i].position;
    const Vec2 along = vertices[i + 1].position - start;
    const float t = std::clamp(dot(point - start, along) / dot(along, along), 0.0f, 1.0f);
    const Vec2 away = point - (start + along * t);
    const float d = length(away);
    if (d >= best.distance) continue;
    best.distance = d;
    best.s = vertices[i].s + (vertices[i + 1].s - vertices[i].s) * t;
    best.offset = cross(along, away) >= 0 ? d : -d;
  }
  return best;
}

std::size_t CityMap::phase_at(const SignalProgram& program, double time) const {
  double in_cycle =
      std::fmod(time + static_cast<double>(program.offset), static_cast<double>(program.cycle));
  if (in_cycle < 0) in_cycle += static_cast<double>(program.cycle);
  const auto phases = part(signal_phases, program.phases);
  const auto after = std::upper_bound(phases.begin() + 1, phases.end(), in_cycle,
                                      [](double value, const SignalPhase& phase) {
                                        return value < static_cast<double>(phase.begin);
                                      });
  return static_cast<std::size_t>(after - phases.begin()) - 1;
}

Light CityMap::light(const SignalProgram& program, double time, int group) const {
  const std::size_t row = phase_at(program, time) * static_cast<std::size_t>(program.groups);
  return signal_lights[program.lights.first + row + static_cast<std::size_t>(group)];
}

double CityMap::until_change(const SignalProgram& program, double time, int group) const {
  const auto phases = part(signal_phases, program.phases);
  const auto groups = static_cast<std::size_t>(program.groups);
  const std::size_t now = phase_at(program, time);
  const auto light_in = [&](std::size_t phase) {
    return signal_lights[program.lights.first + phase * groups + static_cast<std::size_t>(group)];
  };
  double in_cycle =
      std::fmod(time + static_cast<double>(program.offset), static_cast<double>(program.cycle));
  if (in_cycle < 0) in_cycle += static_cast<double>(program.cycle);
  double left = static_cast<double>(phases[now].begin + phases[now].duration) - in_cycle;
  for (std::size_t k = 1; k < phases.size(); ++k) {
    const std::size_t next = (now + k) % phases.size();
    if (light_in(next) != light_in(now)) return std::max(left, 0.0);
    left += static_cast<double>(phases[next].duration);
  }
  return static_cast<double>(program.cycle);
}

std::optional<LanePlace> CityMap::nearest_lane(Vec2 point, float radius, LaneFilter filter,
                                               std::optional<float> heading) const {
  if (columns_ == 0) return {};
  const auto cell_of = [this](float value, float low, int count) {
    const float index = std::floor((value - low) / cell_);
    return static_cast<int>(std::clamp(index, 0.0f, static_cast<float>(count - 1)));
  };
  std::optional<LanePlace> best;
  float best_cost = std::numeric_limits<float>::max();
  Id last = none;
  const int x1 = cell_of(point.x + radius, bounds.low.x, columns_);
  const int y1 = cell_of(point.y + radius, bounds.low.y, rows_);
  for (int y = cell_of(point.y - radius, bounds.low.y, rows_); y <= y1; ++y) {
    for (int x = cell_of(point.x - radius, bounds.low.x, columns_); x <= x1; ++x) {
      const auto cell = static_cast<std::size_t>(y * columns_ + x);
      for (std::uint32_t k = grid_begin_[cell]; k < grid_begin_[cell + 1]; ++k) {
        const Id id = grid_lanes_[k];
        const Lane& lane = lanes[static_cast<std::size_t>(id)];
        if (id == last ||
            (filter != LaneFilter::all && lane.internal() != (filter == LaneFilter::internal)))
          continue;
        last = id;
        const LanePlace place = project(id, point);
        if (place.distance > radius) continue;
        float cost = place.distance;
        if (heading) {
          const float turn = std::abs(wrap_angle(pose(lane, place.s).heading - *heading));
          if (turn > kPi / 2) continue;
          cost += turn * 18 / kPi;
        }
        if (cost > best_cost || (cost == best_cost && best && id > best->lane)) continue;
        best_cost = cost;
        best = place;
      }
    }
  }
  return best;
}

Id CityMap::nearest_foot_node(Vec2 point) const {
  Id best = none;
  float nearest = std::numeric_limits<float>::max();
  for (std::size_t i = 0; i < foot_nodes.size(); ++i) {
    const float d = distance(foot_nodes[i].position, point);
    if (d >= nearest) continue;
    nearest = d;
    best = static_cast<Id>(i);
  }
  return best;
}

void CityMap::finish() {
  for (Lane& lane : lanes) finish_points(lane);
  finish_links();
  finish_crossings();
  for (FootEdge& edge : foot_edges) {
    const auto line = outline(edge.points);
    edge.length = 0;
    for (std::size_t i = 1; i < line.size(); ++i) edge.length += distance(line[i - 1], line[i]);
  }
  for (SignalProgram& program : programs) {
    program.cycle = 0;
    for (std::uint32_t i = 0; i < program.phases.count; ++i) {
      SignalPhase& phase = signal_phases[program.phases.first + i];
      phase.begin = program.cycle;
      program.cycle += phase.duration;
    }
  }
  finish_grid();
}

void CityMap::finish_points(Lane& lane) {
  const std::span<LanePoint> p{lane_points.data() + lane.points.first, lane.points.count};
  const std::size_t n = p.size();
  const auto along = [&](std::size_t i) { return p[i + 1].position - p[i].position; };
  p[0].s = 0;
  for (std::size_t i = 1; i < n; ++i) p[i].s = p[i - 1].s + length(along(i - 1));
  lane.length = p[n - 1].s;
  p[0].heading = heading_of(along(0));
  p[n - 1].heading = heading_of(along(n - 2));
  for (std::size_t i = 1; i + 1 < n; ++i) {
    const float before = heading_of(along(i - 1));
    const float bend = wrap_angle(heading_of(along(i)) - before);
    p[i].heading = wrap_angle(before + bend / 2);
    p[i].curvature = 2 * bend / (p[i + 1].s - p[i - 1].s);
  }
  p[0].curvature = n > 2 ? p[1].curvature : 0;
  p[n - 1].curvature = n > 2 ? p[n - 2].curvature : 0;
}

void CityMap::finish_links() {
  std::vector<std::vector<Id>> before(lanes.size());
  for (std::size_t i = 0; i < lanes.size(); ++i)
    for (const Id next : successors(lanes[i]))
      before[static_cast<std::size_t>(next)].push_back(static_cast<Id>(i));
  std::vector<std::vector<Id>> at(foot_nodes.size());
  for (std::size_t i = 0; i < foot_edges.size(); ++i) {
    at[static_cast<std::size_t>(foot_edges[i].from)].push_back(static_cast<Id>(i));
    at[static_cast<std::size_t>(foot_edges[i].to)].push_back(static_cast<Id>(i));
  }
  const auto add = [this](const std::vector<Id>& ids) {
    const Range range{static_cast<std::uint32_t>(links.size()),
                      static_cast<std::uint32_t>(ids.size())};
    links.insert(links.end(), ids.begin(), ids.end());
    return range;
  };
  for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i].predecessors = add(before[i]);
  for (std::size_t i = 0; i < foot_nodes.size(); ++i) foot_nodes[i].edges = add(at[i]);
}

void CityMap::finish_crossings() {
  std::vector<std::vector<LaneCrossing>> by_lane(lanes.size());
  for (std::size_t i = 0; i < crossings.size(); ++i)
    for (const CrossingCut& cut : cuts(crossings[i]))
      by_lane[static_cast<std::size_t>(cut.lane)].push_back({static_cast<Id>(i), cut.s});
  lane_crossings.clear();
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    auto& here = by_lane[i];
    std::stable_sort(here.begin(), here.end(),
                     [](const LaneCrossing& a, const LaneCrossing& b) { return a.s < b.s; });
    lanes[i].crossings = {static_cast<std::uint32_t>(lane_crossings.size()),
                          static_cast<std::uint32_t>(here.size())};
    lane_crossings.insert(lane_crossings.end(), here.begin(), here.end());
  }
}

void CityMap::finish_grid() {
  Box box;
  for (const LanePoint& p : lane_points) box.add(p.position);
  for (const FootEdge& edge : foot_edges)
    for (const Vec2 p : outline(edge.points)) box.add(p);
  grid_begin_.clear();
  grid_lanes_.clear();
  columns_ = rows_ = 0;
  if (lanes.empty()) return;
  bounds = {box.low, box.high};
  const Vec2 size = box.high - box.low;
  cell_ = std::max(kCell, std::sqrt(size.x * size.y / kMostCells));
  cell_ = std::max(cell_, std::max(size.x, size.y) / kMostCells);
  columns_ = static_cast<int>(size.x / cell_) + 1;
  rows_ = static_cast<int>(size.y / cell_) + 1;

  std::vector<std::pair<std::uint32_t, Id>> entries;
  const auto index = [this](float value, float low, int count) {
    return std::min(static_cast<int>((value - low) / cell_), count - 1);
  };
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const auto vertices = points(lanes[i]);
    for (std::size_t k = 0; k + 1 < vertices.size(); ++k) {
      // In pieces no longer than a cell, so that a long slanting segment fills only what it
      // crosses.
      const Vec2 start = vertices[k].position, along = vertices[k + 1].position - start;
      const int pieces = static_cast<int>(length(along) / cell_) + 1;
      for (int j = 0; j < pieces; ++j) {
        Box piece;
        piece.add(start + along * (static_cast<float>(j) / static_cast<float>(pieces)));
        piece.add(start + along * (static_cast<float>(j + 1) / static_cast<float>(pieces)));
        const Vec2 margin{0.01f, 0.01f};  // rounding
        const Vec2 low = piece.low - margin - box.low, high = piece.high + margin - box.low;
        for (int y = index(std::max(low.y, 0.0f), 0, rows_); y <= index(high.y, 0, rows_); ++y)
          for (int x = index(std::max(low.x, 0.0f), 0, columns_); x <= index(high.x, 0, columns_);
               ++x)
            entries.push_back({static_cast<std::uint32_t>(y * columns_ + x), static_cast<Id>(i)});
      }
    }
  }
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  grid_begin_.assign(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_) + 1, 0);
  for (const auto& [cell, lane] : entries) {
    ++grid_begin_[cell + 1];
    grid_lanes_.push_back(lane);
  }
  for (std::size_t c = 1; c < grid_begin_.size(); ++c) grid_begin_[c] += grid_begin_[c - 1];
}

}  // namespace sandlot::city
