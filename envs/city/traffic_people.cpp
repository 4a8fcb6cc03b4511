// Traffic and people on foot: who is in whose way. See traffic.h.
#include <algorithm>
#include <cmath>

#include "envs/city/traffic.h"

namespace sandlot::city {
namespace {

constexpr float person_radius = 0.25f;  // m
constexpr float time_on_lane = 2.5f;    // s that somebody on foot takes to cross a lane

}  // namespace

// How far from its own middle line a vehicle touches people: what is long cuts bends.
float Traffic::reach_aside(Id i, Id lane) const {
  const float body_length = 0.7f * length_[i];
  const float cut = std::min(body_length * body_length / 8 * network_->lane(lane).bend, 1.2f);
  return class_of(kind_[i]).width / 2 + person_radius + 0.15f + cut;
}

// Whether part of a vehicle in the lane beside leaves room for vehicle i.
bool Traffic::passes(Id i, const Obstacle& o) const {
  return o.vehicle == i || std::abs(o.offset - offset_[i]) >
                               (vehicle_width(i) + vehicle_width(o.vehicle)) / 2 + 0.15f;
}

void Traffic::see_obstacles(Id i, Id lane, float distance, View& view) const {
  for (auto k = obstacle_of_[lane]; k != none; k = obstacles_[static_cast<std::size_t>(k)].next) {
    const Obstacle& o = obstacles_[static_cast<std::size_t>(k)];
    if (o.vehicle != none && passes(i, o)) continue;
    const float gap = distance + o.rear;
    if (o.kind == ObstacleKind::body) {
      if (gap >= 0) view.press(gap, o.speed);
      continue;
    }
    if (o.kind == ObstacleKind::waiting) {
      if (gap >= 0 && view.v * view.v / 10 <= gap)  // else too late to stop
        view.press(gap + view.idm->gap - 1, o.speed);
      continue;
    }
    if (std::abs(o.offset - offset_[i]) > reach_aside(i, lane)) continue;
    // Nobody starts with somebody right before or beside it.
    if (gap > -length_[i] - 2 * person_radius)
      view.press(std::max(gap, 0.0f) + view.idm->gap - 1, 0);
  }
}

bool Traffic::person_on(Id i, Id internal) const {
  for (auto k = obstacle_of_[internal]; k != none;
       k = obstacles_[static_cast<std::size_t>(k)].next) {
    const Obstacle& o = obstacles_[static_cast<std::size_t>(k)];
    if (o.kind == ObstacleKind::waiting) return true;
    if (o.kind == ObstacleKind::person &&
        std::abs(o.offset - offset_[i]) < reach_aside(i, internal))
      return true;
  }
  return false;
}

// Whether people who step onto the crossing now are across in `seconds` before anybody comes who
// could not stop for them.
bool Traffic::crossing_free(Id crossing, float seconds) const {
  const CityMap& map = network_->map();
  const Crossing& c = at(map.crossings, crossing);
  const auto comes = [&](Id w, float way) {
    if (way < 0) return way > -length_[w] - c.width / 2;  // it stands or drives on it
    const float v = v_[w];
    if (v < 0.3f) return false;
    if (c.marked && c.program == none && v * v / 3 + v + 1 < way) return false;  // it will stop
    return way / std::max(v, 1.0f) < seconds;
  };
  for (const CrossingCut& cut : map.cuts(c)) {
    const float edge = cut.s - c.width / 2;
    // Those on the lane: the first one that has not passed, and the last one that has.
    Id w = rear_[cut.lane];
    for (; w != none; w = ahead_[w])
      if (comes(w, edge - s_[w])) return false;
    const LaneFacts& f = network_->lane(cut.lane);
    if (f.internal) {
      for (auto slot = slots_[cut.lane]; slot != none; slot = slot_next_[slot])
        if (comes(slot / 3, edge - place_on(slot, cut.lane))) return false;
    } else {
      for (const Id before : map.predecessors(network_->shape(cut.lane)))
        for (auto slot = slots_[before]; slot != none; slot = slot_next_[slot])
          if (comes(slot / 3, edge + network_->lane(before).length - place_on(slot, before)))
            return false;
    }
  }
  return true;
}

bool Traffic::stands_on(Id crossing) const {
  const CityMap& map = network_->map();
  const Crossing& c = at(map.crossings, crossing);
  const auto covers = [&](float front, float vehicle_length, float s) {
    return front > s - c.width / 2 && front - vehicle_length < s + c.width / 2;
  };
  for (const CrossingCut& cut : map.cuts(c)) {
    for (Id w = rear_[cut.lane]; w != none; w = ahead_[w])
      if (covers(s_[w], length_[w], cut.s)) return true;
    if (!network_->lane(cut.lane).internal) continue;
    for (auto slot = slots_[cut.lane]; slot != none; slot = slot_next_[slot])
      if (covers(place_on(slot, cut.lane), length_[slot / 3], cut.s)) return true;
  }
  return false;
}

// Whether it is so of any vehicle on the lane, on its way there, or with its rear still there,
// given the arc length of its front.
template <class Predicate>
bool Traffic::any_on(Id lane, Predicate is_so) const {
  for (Id w = rear_[lane]; w != none; w = ahead_[w])
    if (is_so(w, s_[w])) return true;
  const LaneFacts& f = network_->lane(lane);
  if (f.internal) {
    for (auto slot = slots_[lane]; slot != none; slot = slot_next_[slot])
      if (is_so(slot / 3, place_on(slot, lane))) return true;
    return false;
  }
  const CityMap& map = network_->map();
  for (const Id before : map.predecessors(network_->shape(lane)))
    for (auto slot = slots_[before]; slot != none; slot = slot_next_[slot])
      if (lane_[slot / 3] != lane &&
          is_so(slot / 3, place_on(slot, before) - network_->lane(before).length))
        return true;
  for (const Id after : map.successors(network_->shape(lane)))  // whose rear is still here
    for (Id w = rear_[after]; w != none; w = ahead_[w])
      if (past_[w] == lane && is_so(w, f.length + s_[w])) return true;
  return false;
}

bool Traffic::may_step(Id lane, float s, float offset, bool past_standing) const {
  return !any_on(lane, [&](Id w, float front) {
    if (std::abs(offset - offset_[w]) >= reach_aside(w, lane) + 0.1f) return false;
    const float way = s - front - person_radius;
    const float v = v_[w];
    if (way < 0) {  // beside it, or past already
      if (front - length_[w] - 2 * person_radius > s) return false;
      return v > 0.1f || !past_standing;
    }
    if (v < 0.3f || v * v / 7 + 0.3f * v + 0.3f < way) return false;
    return way < v * time_on_lane;
  });
}

bool Traffic::free_for(Id lane, float s, float seconds) const {
  return !any_on(lane, [&](Id w, float front) {
    const float way = s - front - person_radius;
    if (way < 0) return front - length_[w] - 2 * person_radius < s;
    // What stands may start.
    return way < seconds * std::max(v_[w] + 1, 2.0f);
  });
}

}  // namespace sandlot::city
