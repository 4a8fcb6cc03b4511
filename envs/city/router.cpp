// Ways over the lanes: the router, and the part of a map in which each lane reaches each other one.
#include <algorithm>
#include <limits>

#include "envs/city/map.h"

namespace sandlot::city {
namespace {

constexpr float kLaneChange = 3;    // s: what a change of lanes costs
constexpr float kShortChange = 60;  // m·s: and more on a short lane

// Tarjan (1972), "Depth-first search and linear graph algorithms", without recursion.
class StrongParts {
 public:
  explicit StrongParts(const CityMap& map) : map_(map) {
    const std::size_t n = map.lanes.size();
    order_.assign(n, -1);
    low_.assign(n, 0);
    part_.assign(n, none);
    for (std::size_t i = 0; i < n; ++i)
      if (order_[i] < 0 && map.lanes[i].cars) visit(static_cast<Id>(i));
  }
  const std::vector<Id>& part() const { return part_; }
  Id count() const { return count_; }

 private:
  struct Frame {
    Id lane;
    std::size_t edge;
  };

  // Edge k of a lane: its neighbours first, then its successors; none at the end.
  Id target(Id lane, std::size_t k) const {
    const Lane& l = map_.lanes[static_cast<std::size_t>(lane)];
    if (k == 0) return l.left != none ? l.left : lane;
    if (k == 1) return l.right != none ? l.right : lane;
    const auto next = map_.successors(l);
    return k - 2 < next.size() ? next[k - 2] : none;
  }

  void enter(Id lane) {
    const auto i = static_cast<std::size_t>(lane);
    order_[i] = low_[i] = visited_++;
    open_.push_back(lane);
    frames_.push_back({lane, 0});
  }

  void visit(Id root) {
    enter(root);
    while (!frames_.empty()) {
      const Id lane = frames_.back().lane;
      const auto i = static_cast<std::size_t>(lane);
      const Id next = target(lane, frames_.back().edge++);
      if (next == none) {
        close(lane);
        continue;
      }
      const auto j = static_cast<std::size_t>(next);
      if (!map_.lanes[j].cars) continue;
      if (order_[j] < 0)
        enter(next);
      else if (part_[j] == none)
        low_[i] = std::min(low_[i], order_[j]);
    }
  }

  void close(Id lane) {
    const auto i = static_cast<std::size_t>(lane);
    frames_.pop_back();
    if (low_[i] == order_[i]) {
      for (Id member = none; member != lane; open_.pop_back()) {
        member = open_.back();
        part_[static_cast<std::size_t>(member)] = count_;
      }
      ++count_;
    }
    if (!frames_.empty()) {
      const auto above = static_cast<std::size_t>(frames_.back().lane);
      low_[above] = std::min(low_[above], low_[i]);
    }
  }

  const CityMap& map_;
  std::vector<std::int32_t> order_, low_;
  std::vector<Id> part_, open_;
  std::vector<Frame> frames_;
  std::int32_t visited_ = 0;
  Id count_ = 0;
};

}  // namespace

std::vector<std::uint8_t> CityMap::strong_part() const {
  const StrongParts parts(*this);
  std::vector<double> size(static_cast<std::size_t>(parts.count()), 0.0);
  for (std::size_t i = 0; i < lanes.size(); ++i)
    if (parts.part()[i] != none)
      size[static_cast<std::size_t>(parts.part()[i])] += static_cast<double>(lanes[i].length);
  std::vector<std::uint8_t> inside(lanes.size(), 0);
  if (size.empty()) return inside;
  const auto largest = static_cast<Id>(std::max_element(size.begin(), size.end()) - size.begin());
  for (std::size_t i = 0; i < lanes.size(); ++i) inside[i] = parts.part()[i] == largest;
  return inside;
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
