#include "envs/city/traffic_network.h"

#include <algorithm>
#include <cmath>

#include "envs/city/per_map.h"

namespace sandlot::city {
namespace {

constexpr float comfortable_lateral = 2.5f;  // m/s²

}  // namespace

TrafficNetwork::TrafficNetwork(std::shared_ptr<const CityMap> map) : map_(std::move(map)) {
  const CityMap& m = *map_;
  facts_.assign(m.lanes.size(), {});
  const auto strong = m.strong_part();
  double sum = 0;
  for (Id id = 0; id < static_cast<Id>(m.lanes.size()); ++id) {
    const Lane& lane = at(m.lanes, id);
    LaneFacts& f = facts_[id];
    f.length = lane.length;
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
    const float fastest = std::sqrt(comfortable_lateral / std::max(bend, 1e-4f));
    f.speed = std::min(lane.speed_limit, std::max(fastest, 2.0f));
    if (f.internal) {
      const auto after = m.successors(lane), before = m.predecessors(lane);
      if (!after.empty()) f.to = after.front();
      if (!before.empty()) f.from = before.front();
      f.open = f.open && f.to != none && f.from != none;
    }
  }
  for (Id id = 0; id < static_cast<Id>(m.lanes.size()); ++id) {
    const LaneFacts& f = facts_[id];
    if (f.internal || !f.open || f.length < 12) continue;
    sum += static_cast<double>(f.length);
    starts_.push_back(id);
    start_lengths_.push_back(sum);
  }
}

std::shared_ptr<const TrafficNetwork> network_of(const std::shared_ptr<const CityMap>& map) {
  return one_per_map<TrafficNetwork>(map);
}

}  // namespace sandlot::city
