#include "envs/city/traffic_network.h"

#include <algorithm>
#include <cmath>

#include "envs/city/per_map.h"

namespace sandlot::city {
namespace {

constexpr float comfortable_lateral = 2.5f;  // m/s²
constexpr float bus_bend = 1.0f / 11;        // 1/m: sharper ones are not for buses

constexpr float people_reach = 1.6f;  // m from a lane's middle: half of a bus, and a person

}  // namespace

TrafficNetwork::TrafficNetwork(std::shared_ptr<const CityMap> map) : map_(std::move(map)) {
  const CityMap& m = *map_;
  facts_.assign(m.lanes.size(), {});
  const auto strong = m.strong_part();
  double sum = 0;
  std::vector<float> bends;
  for (Id id = 0; id < static_cast<Id>(m.lanes.size()); ++id) {
    const Lane& lane = at(m.lanes, id);
    LaneFacts& f = facts_[id];
    f.length = f.line = lane.length;
    f.internal = lane.internal();
    f.open = at(strong, id) != 0;
    f.crossed = !lane.crossings.empty();
    Vec2 low{1e9f, 1e9f}, high{-1e9f, -1e9f};
    for (const LanePoint& p : m.points(lane)) {
      low = {std::min(low.x, p.position.x), std::min(low.y, p.position.y)};
      high = {std::max(high.x, p.position.x), std::max(high.y, p.position.y)};
    }
    f.centre = (low + high) * 0.5f;
    f.radius = distance(low, high) / 2;
    float bend = 0;
    for (const LanePoint& p : m.points(lane)) bend = std::max(bend, std::abs(p.curvature));
    bends.push_back(bend);
    f.bend = bend;
    const float fastest = std::sqrt(comfortable_lateral / std::max(bend, 1e-4f));
    f.speed = std::min(lane.speed_limit, std::max(fastest, 2.0f));
    if (f.internal) {
      const auto after = m.successors(lane), before = m.predecessors(lane);
      if (!after.empty()) f.to = after.front();
      if (!before.empty()) f.from = before.front();
      f.open = f.open && f.to != none && f.from != none;
    }
  }
  find_bus_lanes(bends);
  find_near_lanes();
  find_conflicts();
  for (Id id = 0; id < static_cast<Id>(m.lanes.size()); ++id) {
    const LaneFacts& f = facts_[id];
    if (f.internal || !f.open || f.length < 12) continue;
    sum += static_cast<double>(f.length);
    starts_.push_back(id);
    start_lengths_.push_back(sum);
  }
}

void TrafficNetwork::find_near_lanes() {
  const CityMap& m = *map_;
  for (const FootEdge& edge : m.foot_edges) {
    near_begin_.push_back(static_cast<std::uint32_t>(near_lanes_.size()));
    const auto line = m.outline(edge.points);
    const float reach = edge.width / 2 + people_reach;
    for (Id id = 0; id < static_cast<Id>(m.lanes.size()); ++id) {
      const LaneFacts& f = facts_[id];
      bool near = false;
      for (std::size_t k = 0; k + 1 < line.size() && !near; ++k) {
        const Vec2 along = line[k + 1] - line[k];
        const Vec2 middle = line[k] + along * 0.5f;
        if (distance(f.centre, middle) > f.radius + length(along) / 2 + reach) continue;
        const int pieces = std::max(1, static_cast<int>(length(along)));
        for (int j = 0; j <= pieces && !near; ++j)
          near =
              m.project(id, line[k] + along * (static_cast<float>(j) / static_cast<float>(pieces)))
                  .distance < reach;
      }
      if (near) near_lanes_.push_back(id);
    }
  }
  near_begin_.push_back(static_cast<std::uint32_t>(near_lanes_.size()));
}

// Lanes with wide bends, less those from which no way leads on over such lanes, until none is left
// to be taken away.
void TrafficNetwork::find_bus_lanes(const std::vector<float>& bends) {
  const auto count = static_cast<Id>(facts_.size());
  for (Id id = 0; id < count; ++id)
    facts_[id].buses = facts_[id].open && at(bends, id) < bus_bend &&
                       (facts_[id].internal || shape(id).width > 2.8f);
  for (bool changed = true; changed;) {
    changed = false;
    for (Id id = 0; id < count; ++id) {
      if (!facts_[id].buses) continue;
      bool leads_on = false;
      for (const Id next : map_->successors(shape(id))) leads_on = leads_on || facts_[next].buses;
      if (leads_on) continue;
      facts_[id].buses = false;
      changed = true;
    }
  }
}

std::shared_ptr<const TrafficNetwork> network_of(const std::shared_ptr<const CityMap>& map) {
  return one_per_map<TrafficNetwork>(map);
}

}  // namespace sandlot::city
