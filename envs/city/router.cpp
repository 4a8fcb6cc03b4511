// Ways over the lanes: the router, and the part of a map in which each lane reaches each other one.
#include <algorithm>

#include "envs/city/map.h"
#include "envs/city/strong.h"

namespace sandlot::city {
namespace {

constexpr float kLaneChange = 3;    // s: what a change of lanes costs
constexpr float kShortChange = 60;  // m·s: and more on a short lane

}  // namespace

std::vector<std::uint8_t> CityMap::strong_part() const {
  Adjacency next(lanes.size());
  std::vector<double> weight(lanes.size(), 0.0);  // lanes without cars have none
  const auto add = [&](std::size_t from, Id to) {
    if (to != none && lanes[from].cars && lanes[static_cast<std::size_t>(to)].cars)
      next[from].push_back(to);
  };
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    add(i, lanes[i].left);
    add(i, lanes[i].right);
    for (const Id id : successors(lanes[i])) add(i, id);
    if (lanes[i].cars) weight[i] = static_cast<double>(lanes[i].length);
  }
  if (lanes.empty()) return {};
  return largest_component(next, weight);
}

void Router::open(Id lane, float cost, Id before, Vec2 goal) {
  const auto i = static_cast<std::size_t>(lane);
  const Lane& l = map_->lanes[i];
  if (!l.cars || (seen_[i] == round_ && cost_[i] <= cost)) return;
  seen_[i] = round_;
  cost_[i] = cost;
  before_[i] = before;
  const Vec2 start = map_->lane_points[l.points.first].position;
  heap_.push_back({cost + distance(start, goal) / fastest_, lane});
  std::push_heap(heap_.begin(), heap_.end(), [](const Entry& a, const Entry& b) {
    return a.bound != b.bound ? a.bound > b.bound : a.lane > b.lane;
  });
}

bool Router::find(Id from, Id to, std::vector<Id>& route) {
  const CityMap& map = *map_;
  if (seen_.size() != map.lanes.size()) {
    seen_.assign(map.lanes.size(), 0);
    cost_.resize(map.lanes.size());
    before_.resize(map.lanes.size());
    for (const Lane& lane : map.lanes) fastest_ = std::max(fastest_, lane.speed_limit);
  }
  if (++round_ == 0) {
    std::fill(seen_.begin(), seen_.end(), 0u);
    round_ = 1;
  }
  route.clear();
  heap_.clear();
  const Vec2 goal = map.lane_points[map.lanes[static_cast<std::size_t>(to)].points.first].position;
  open(from, 0, none, goal);
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), [](const Entry& a, const Entry& b) {
      return a.bound != b.bound ? a.bound > b.bound : a.lane > b.lane;
    });
    const Entry top = heap_.back();
    heap_.pop_back();
    if (top.lane == to) break;
    const auto i = static_cast<std::size_t>(top.lane);
    const Lane& lane = map.lanes[i];
    const float cost = cost_[i];
    const float change = kLaneChange + kShortChange / std::max(lane.length, 1.0f);
    if (lane.left != none) open(lane.left, cost + change, top.lane, goal);
    if (lane.right != none) open(lane.right, cost + change, top.lane, goal);
    const float onward = cost + lane.length / lane.speed_limit;
    for (const Id next : map.successors(lane)) open(next, onward, top.lane, goal);
  }
  if (seen_[static_cast<std::size_t>(to)] != round_) return false;
  seconds_ = static_cast<double>(cost_[static_cast<std::size_t>(to)]);
  for (Id lane = to; lane != none; lane = before_[static_cast<std::size_t>(lane)])
    route.push_back(lane);
  std::reverse(route.begin(), route.end());
  return true;
}

}  // namespace sandlot::city
