#include "envs/city/city_route.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/core/archive.h"

namespace sandlot::city {
namespace {

constexpr int destinations_tried = 12;
constexpr double last_metres = 40;  // behind the last intersection of a way at random turns
constexpr std::array<double, turn_count> turn_weights = {3, 2, 2, 0.001};

}  // namespace

void Route::begin(Id lane, float s) {
  lanes_.assign(1, lane);
  base_.assign(1, 0);
  start_ = static_cast<double>(s);
  index_ = 0;
  s_ = s;
  offset_ = error_ = 0;
}

void Route::add(const TrafficNetwork& network, Id lane) {
  const Id last = lanes_.back();
  const Lane& shape = network.shape(last);
  const bool beside = shape.left == lane || shape.right == lane;
  base_.push_back(base_.back() + (beside ? 0.0 : static_cast<double>(shape.length)));
  lanes_.push_back(lane);
}

void Route::plan(const TrafficNetwork& network, Router& router, Id lane, float s, double low,
                 double high, Random& random) {
  const CityMap& map = network.map();
  const auto& starts = network.starts();
  const Vec2 here = map.pose(network.shape(lane), s).position;
  for (int attempt = 0; attempt < destinations_tried; ++attempt) {
    const Id to = starts[random.below(static_cast<std::uint32_t>(starts.size()))];
    const double straight =
        static_cast<double>(distance(here, map.pose(network.shape(to), 0).position));
    if (to == lane || straight > high || straight < 0.4 * low) continue;
    if (!router.find(lane, to, way_) || way_.size() < 2) continue;
    begin(lane, s);
    for (std::size_t k = 1; k < way_.size(); ++k) add(network, way_[k]);
    end_ = base_.back() + static_cast<double>(network.lane(to).length) * 0.8;
    if (length() >= low && length() <= high) return;
  }
  wander(network, lane, s, (low + high) / 2, false, random);
}

void Route::wander(const TrafficNetwork& network, Id lane, float s, double metres, bool straight,
                   Random& random) {
  begin(lane, s);
  end_ = static_cast<double>(network.lane(lane).length);
  extend(network, metres, straight, random);
  // It ends on a road lane.
  end_ = base_.back() +
         std::min(static_cast<double>(network.lane(lanes_.back()).length) * 0.8, last_metres);
}

void Route::extend(const TrafficNetwork& network, double metres, bool straight, Random& random) {
  const CityMap& map = network.map();
  if (index_ > 8) {  // what lies behind is forgotten
    const auto behind = static_cast<std::ptrdiff_t>(index_) - 2;
    lanes_.erase(lanes_.begin(), lanes_.begin() + behind);
    base_.erase(base_.begin(), base_.begin() + behind);
    index_ = 2;
  }
  while (remaining() < metres) {
    const Id last = lanes_.back();
    if (network.lane(last).internal) {
      add(network, network.lane(last).to);
    } else {
      const auto ways = map.successors(network.shape(last));
      const auto weight = [&](Id way) {
        const Lane& l = network.shape(way);
        if (!network.lane(way).open || !l.cars) return 0.0;
        if (straight && !l.follows_street && l.turn != Turn::straight) return 1e-6;
        return turn_weights[static_cast<std::size_t>(l.turn)];
      };
      double sum = 0;
      for (const Id way : ways) sum += weight(way);
      if (sum <= 0) break;
      double r = random.uniform() * sum;
      Id chosen = none;
      for (const Id way : ways) {
        if (weight(way) <= 0) continue;
        chosen = way;
        if ((r -= weight(way)) < 0) break;
      }
      add(network, chosen);
    }
    end_ = base_.back() + static_cast<double>(network.lane(lanes_.back()).length);
  }
  if (network.lane(lanes_.back()).internal) {
    add(network, network.lane(lanes_.back()).to);
    end_ = base_.back() + static_cast<double>(network.lane(lanes_.back()).length);
  }
}

void Route::locate(const CityMap& map, Vec2 position, float heading) {
  const int last = static_cast<int>(lanes_.size()) - 1;
  float best = 1e9f;
  int chosen = index_;
  LanePlace place;
  float error = 0;
  for (int k = std::max(0, index_ - 1); k <= std::min(last, index_ + 3); ++k) {
    const Id lane = lanes_[static_cast<std::size_t>(k)];
    const LanePlace p = map.project(lane, position);
    const Pose pose = map.pose(at(map.lanes, lane), p.s);
    const float turned = wrap_angle(heading - pose.heading);
    // Where two are equally near, the one that runs the car's way, and the one farther on.
    const float cost = p.distance + 2 * std::abs(turned) - 0.01f * static_cast<float>(k - index_);
    if (cost >= best) continue;
    best = cost;
    chosen = k;
    place = p;
    error = turned;
  }
  index_ = chosen;
  s_ = place.s;
  offset_ = place.offset;
  if (std::abs(place.offset) < place.distance)
    offset_ = place.offset < 0 ? -place.distance : place.distance;
  error_ = error;
}

Id Route::crossing_after(const TrafficNetwork& network, int index) const {
  for (std::size_t k = static_cast<std::size_t>(index) + 1; k < lanes_.size(); ++k)
    if (network.lane(lanes_[k]).internal) return lanes_[k];
  return none;
}

Route::Spot Route::spot_ahead(const CityMap& map, float metres) const {
  int k = index_;
  float s = s_ + metres;
  while (k + 1 < static_cast<int>(lanes_.size())) {
    const Lane& lane = at(map.lanes, lanes_[static_cast<std::size_t>(k)]);
    const Id next = lanes_[static_cast<std::size_t>(k) + 1];
    const bool beside = next == lane.left || next == lane.right;
    if (beside) {
      ++k;  // the change is made as soon as it can be
    } else if (s > lane.length) {
      s -= lane.length;
      ++k;
    } else {
      break;
    }
  }
  return {k, s};
}

Pose Route::ahead(const CityMap& map, float metres) const {
  const Spot spot = spot_ahead(map, metres);
  return map.pose(at(map.lanes, lanes_[static_cast<std::size_t>(spot.index)]), spot.s);
}

float Route::curvature_ahead(const CityMap& map, float metres) const {
  const Spot spot = spot_ahead(map, metres);
  return map.curvature(at(map.lanes, lanes_[static_cast<std::size_t>(spot.index)]), spot.s);
}

void Route::save(Writer& out) const {
  out.tag("route");
  out.write(lanes_);
  out.write(base_);
  out.write(start_);
  out.write(end_);
  out.write(index_);
  out.write(s_);
  out.write(offset_);
  out.write(error_);
}

void Route::load(Reader& in, const TrafficNetwork& network) {
  in.expect_tag("route");
  in.read(lanes_);
  in.read(base_);
  in.read(start_);
  in.read(end_);
  in.read(index_);
  in.read(s_);
  in.read(offset_);
  in.read(error_);
  if (lanes_.empty() || base_.size() != lanes_.size() || index_ < 0 ||
      static_cast<std::size_t>(index_) >= lanes_.size())
    in.fail("the route is damaged");
  for (const Id lane : lanes_)
    if (lane < 0 || static_cast<std::size_t>(lane) >= network.size())
      in.fail("the route is damaged");
  for (const double d : base_)
    if (!(std::abs(d) < 1e9)) in.fail("the route is damaged");
  for (const double d : {start_, end_, static_cast<double>(s_), static_cast<double>(offset_),
                         static_cast<double>(error_)})
    if (!(std::abs(d) < 1e9)) in.fail("the route is damaged");
}

}  // namespace sandlot::city
