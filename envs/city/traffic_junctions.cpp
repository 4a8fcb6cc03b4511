// Traffic at intersections: who is let in, and whom those inside let pass. See traffic.h.
#include <algorithm>
#include <cmath>

#include "envs/city/traffic.h"

namespace sandlot::city {
namespace {

constexpr float patience = 20;       // s of standing after which turns are taken
constexpr float long_patience = 45;  // s after which nobody else is let in before
constexpr float full_patience = 4;   // s before a full street after which another way is tried
constexpr float margin = 0.5f;       // m before a conflict
constexpr float time_margin = 0.7f;  // s between those whose paths cross

// What is longer than a car cuts corners, and needs more of a conflict than a car.
float swing(float vehicle_length) { return vehicle_length > 7 ? 3.0f : 0.0f; }

// Seconds until `way` metres are driven from speed v with the acceleration a up to `fastest`.
float time_for(float way, float v, float a, float fastest) {
  if (way <= 0) return 0;
  const float reach = (fastest * fastest - v * v) / (2 * a);  // metres until it is that fast
  if (reach <= 0) return way / std::max(v, 0.1f);
  if (way <= reach) return (std::sqrt(v * v + 2 * a * way) - v) / a;
  return (fastest - v) / a + (way - reach) / fastest;
}

}  // namespace

// Those who made way are no obstacle to whom they made it for.
Id Traffic::leader_of(Id i) const {
  Id leader = ahead_[i];
  if (siren(i))
    while (leader != none && aside_[leader] != 0) leader = ahead_[leader];
  return leader;
}

// Metres before the line within which it must be decided whether to stop.
float Traffic::zone(Id i) const {
  const Idm& m = models_[static_cast<std::size_t>(kind_[i])];
  const float v = v_[i];
  return v * v / (2 * m.braking) + v * 0.8f + 3;
}

void Traffic::look_ahead(Id i, View& view) {
  const LaneFacts& f = network_->lane(lane_[i]);
  const float rest = f.length - s_[i];
  const Id internal = f.internal ? lane_[i] : next_[i];
  if (internal == none) return view.press(rest + 1, 0);
  const LaneFacts& over = network_->lane(internal);
  float until_exit = rest;
  if (f.internal) {
    see_conflicts(i, internal, s_[i], view);
  } else {
    view.slow_to(over.speed * factor_[i], rest);
    // Who turns another way from here may still reach back into this lane.
    for (const Id way : network_->map().successors(network_->shape(lane_[i]))) {
      for (auto slot = slots_[way]; slot != none; slot = slot_next_[slot]) {
        const float front = place_on(slot, way), back = front - length_[slot / 2];
        if (front > 0 && back < 0.5f && !(siren(i) && aside_[slot / 2] != 0))
          view.press(rest + back, v_[slot / 2]);
      }
    }
    if (!admitted(i, internal, rest)) {
      // One metre before the line, since the model keeps s0 from what it stops for.
      if (rest <= zone(i) + 2) view.press(rest + view.idm->gap - 1, 0);
      return;
    }
    const Id last = rear_[internal];
    if (last != none) view.press(rest + s_[last] - length_[last], v_[last]);
    see_conflicts(i, internal, -rest, view);
    see_obstacles(internal, rest, view);
    until_exit += over.length;
  }
  if (over.to != none) follow_into(i, over.to, until_exit, view);
}

// The road lane after an intersection, which begins `distance` ahead.
void Traffic::follow_into(Id i, Id lane, float distance, View& view) const {
  const LaneFacts& f = network_->lane(lane);
  const Id last = rear_[lane];
  if (last != none && last != i) view.press(distance + s_[last] - length_[last], v_[last]);
  // Too short to brake on it: its line counts from here.
  if (distance + f.length < zone(i)) view.press(distance + f.length + view.idm->gap - 1, 0);
  view.slow_to(f.speed * factor_[i], distance);
  see_obstacles(lane, distance, view);
}

void Traffic::see_obstacles(Id lane, float distance, View& view) const {
  for (auto k = obstacle_of_[lane]; k != none; k = obstacles_[static_cast<std::size_t>(k)].next) {
    const Obstacle& o = obstacles_[static_cast<std::size_t>(k)];
    const float gap = distance + o.rear;
    const bool person = o.kind != ObstacleKind::body;
    // Somebody right before the bumper is not driven over.
    if (gap < (person ? -1.0f : 0.0f)) continue;
    if (o.kind == ObstacleKind::waiting && (gap < 0 || view.v * view.v / 10 > gap))
      continue;  // too late to stop
    view.press(person ? gap + view.idm->gap - 1 : gap, o.speed);
  }
}

// Where the vehicle of a slot is on an internal lane: below 0 before it, above its length beyond.
float Traffic::place_on(std::int32_t slot, Id internal) const {
  const Id w = slot / 2;
  if (lane_[w] == internal) return s_[w];
  const LaneFacts& f = network_->lane(internal);
  if (lane_[w] == f.from && slot % 2 == 0) return s_[w] - network_->lane(f.from).length;
  if (lane_[w] == f.to) return f.length + s_[w];
  return f.length + 1000;
}

// What those let in earlier on paths that conflict ask of vehicle i, which is at arc length `place`
// of its internal lane.
void Traffic::see_conflicts(Id i, Id internal, float place, View& view) const {
  const Lane& lane = network_->shape(internal);
  const float mine = swing(length_[i]);
  for (const Conflict& c : network_->map().conflicts_of(lane)) {
    if (slots_[c.lane] == none || place > c.end + mine) continue;
    for (auto slot = slots_[c.lane]; slot != none; slot = slot_next_[slot]) {
      const Id w = slot / 2;
      if (w == i || slot_order_[slot] > slot_order_[2 * i]) continue;
      const float front = place_on(slot, c.lane);
      const float back = front - length_[w] - swing(length_[w]) - mine;
      if (back > c.other_end) continue;
      if (c.kind == ConflictKind::diverging) {
        if (front > place && !(siren(i) && aside_[w] != 0))
          view.press(front - length_[w] - place, v_[w]);
        continue;
      }
      const float to_zone = c.begin - place - margin - mine;
      if (to_zone < 0) continue;  // inside already: on and out
      const float gone = (c.other_end - back) / std::max(v_[w], 0.5f);
      if (gone + time_margin < to_zone / std::max(view.v, 0.5f) && view.v * view.v < 6 * to_zone)
        continue;
      float gap = to_zone + view.idm->gap - margin;
      float speed = 0;
      if (c.kind == ConflictKind::merging) {
        const float follow =
            lane.length - place - (network_->lane(c.lane).length - front) - length_[w];
        if (follow > gap) {
          gap = follow;
          speed = v_[w];
        }
      }
      view.press(gap, speed);
    }
  }
}

// Whether vehicle i may cross: decided within zone() before the line, taken back where somebody
// ahead has slowed it so much that it can stop again.
bool Traffic::admitted(Id i, Id internal, float rest) {
  if (committed_[i] != 0) {
    const bool stopped = v_[i] < 0.5f && rest > 0.3f && !siren(i) &&
                         network_->shape(internal).control == Control::signal &&
                         light(internal) != Light::green;
    if (rest <= zone(i) + 2 && !stopped) return true;
    withdraw(i);
    if (stopped) return false;
  }
  if (rest > zone(i)) return false;
  const Id leader = leader_of(i);
  if (leader != none && committed_[leader] == 0) return false;
  return let_in(i, internal, rest);
}

bool Traffic::let_in(Id i, Id internal, float rest) {
  const Lane& lane = network_->shape(internal);
  const LaneFacts& f = network_->lane(internal);
  if (v_[i] < 0.3f && rest < 4) halted_[i] = 1;
  if (!siren(i)) {
    if (lane.control == Control::signal && light(internal) != Light::green) return false;
    if (lane.control == Control::stop && halted_[i] == 0) return false;
    if (settings_.sirens > 0 && siren_comes(i, internal)) return false;
  }
  // The path of a U-turn lies beside itself: one at a time.
  if (lane.turn == Turn::u_turn && slots_[internal] != none) return false;
  if (!exit_has_room(i, internal, 3)) {
    if (wait_[i] > full_patience && ticks_ % 10 == i % 10) turn_elsewhere(i);
    return false;
  }
  for (auto k = obstacle_of_[internal]; k != none; k = obstacles_[static_cast<std::size_t>(k)].next)
    if (obstacles_[static_cast<std::size_t>(k)].kind != ObstacleKind::body) return false;
  Id& claimant = claimant_[lane.intersection];
  std::int64_t& asked = claim_tick_[lane.intersection];
  const bool claimed = claimant != none && asked + 2 >= ticks_;
  if (claimed && claimant != i && !siren(i) && next_[claimant] != none &&
      conflicting(internal, next_[claimant]))
    return false;
  const Idm& m = models_[static_cast<std::size_t>(kind_[i])];
  bool free = true;
  for (const Conflict& c : network_->map().conflicts_of(lane)) {
    free = conflicts_clear(i, c, rest);
    if (free && c.must_yield && !siren(i)) {
      const float until =
          time_for(rest + c.end + length_[i], v_[i], m.acceleration, f.speed * factor_[i]);
      free = !must_wait(i, internal, c, until);
    }
    if (!free) break;
  }
  if (free) {
    commit(i, internal);
    return true;
  }
  if (wait_[i] > long_patience && (!claimed || claimant == i)) {
    claimant = i;
    asked = ticks_;
  }
  return false;
}

bool Traffic::learner_may_cross(Id internal, float rest) const {
  const Lane& lane = network_->shape(internal);
  if (lane.control == Control::signal && light(internal) != Light::green) return false;
  if (settings_.sirens > 0 && siren_comes(0, internal)) return false;
  if (lane.turn == Turn::u_turn && slots_[internal] > 1) return false;
  if (!exit_has_room(0, internal, 3)) return false;
  for (auto k = obstacle_of_[internal]; k != none; k = obstacles_[static_cast<std::size_t>(k)].next)
    if (obstacles_[static_cast<std::size_t>(k)].kind != ObstacleKind::body) return false;
  const Idm& m = models_[0];
  const LaneFacts& f = network_->lane(internal);
  for (const Conflict& c : network_->map().conflicts_of(lane)) {
    if (!conflicts_clear(0, c, rest)) return false;
    const float until = time_for(rest + c.end + length_[0], v_[0], m.acceleration, f.speed);
    if (c.must_yield && must_wait(0, internal, c, until)) return false;
  }
  return true;
}

// Another way from its lane, into a street that has room.
void Traffic::turn_elsewhere(Id i) {
  const auto ways = network_->map().successors(network_->shape(lane_[i]));
  const auto first = random_.below(static_cast<std::uint32_t>(ways.size()));
  for (std::size_t k = 0; k < ways.size(); ++k) {
    const Id way = ways[(first + k) % ways.size()];
    if (way == next_[i] || !network_->lane(way).open || !network_->shape(way).cars) continue;
    if (kind_[i] == VehicleKind::bus && !network_->lane(way).buses) continue;
    if (!exit_has_room(i, way, 3)) continue;
    next_[i] = way;
    return;
  }
}

bool Traffic::conflicting(Id internal, Id other) const {
  for (const Conflict& c : network_->map().conflicts_of(network_->shape(internal)))
    if (c.lane == other && c.kind != ConflictKind::diverging) return true;
  return false;
}

// Whether the road lane behind the intersection takes one more. Who moves there is counted where it
// would stand after braking hard. A lane too short for the vehicle is one with the intersection at
// its end: it must be empty, and some way out of it have room as well.
bool Traffic::exit_has_room(Id i, Id internal, int depth) const {
  const Id lane = network_->lane(internal).to;
  const float whole = network_->lane(lane).length;
  const float claimed = static_cast<float>(claimed_[lane]) * 0.01f;
  const Id last = rear_[lane];
  float room = whole;
  if (last != none) room = std::min(whole, s_[last] - length_[last] + v_[last] * v_[last] / 8);
  if (room >= length_[i] + 2 + claimed) return true;
  if (whole >= length_[i] + 2 || last != none || claimed_[lane] != 0) return false;
  if (depth == 0) return true;
  for (const Id way : network_->map().successors(network_->shape(lane)))
    if (network_->lane(way).open && exit_has_room(i, way, depth - 1)) return true;
  return false;
}

// Whether those let in on the other path will be gone before vehicle i can be there.
bool Traffic::conflicts_clear(Id i, const Conflict& c, float rest) const {
  if (c.kind == ConflictKind::diverging) return true;
  const Idm& m = models_[static_cast<std::size_t>(kind_[i])];
  for (auto slot = slots_[c.lane]; slot != none; slot = slot_next_[slot]) {
    const Id w = slot / 2;
    if (w == i) continue;
    const float back = place_on(slot, c.lane) - length_[w] - swing(length_[w]) - swing(length_[i]);
    if (back > c.other_end) continue;
    if (w == 0) return false;  // nobody knows what the learner will do
    const float gone = (c.other_end - back) / std::max(v_[w], 2.0f);
    const float there =
        time_for(rest + c.begin, v_[i], m.acceleration, network_->lane(c.lane).speed * factor_[i]);
    if (gone + time_margin > there) return false;
  }
  return true;
}

// Whether somebody with right of way on the other path would come before vehicle i has left the
// conflict, `until` seconds from now.
bool Traffic::must_wait(Id i, Id internal, const Conflict& c, float until) const {
  const Lane& other = network_->shape(c.lane);
  if (other.control == Control::signal && light(c.lane) != Light::green) return false;
  const LaneFacts& from = network_->lane(network_->lane(c.lane).from);
  const bool equal = network_->shape(internal).control == Control::right_before_left;
  Id w = front_[network_->lane(c.lane).from];
  for (int seen = 0; w != none && seen < 4; ++seen, w = behind_[w]) {
    if (committed_[w] != 0 && w != 0) continue;  // conflicts_clear() has asked about them
    if (next_[w] != c.lane && !(w == 0 && next_[w] == none)) continue;
    const float rest = from.length - s_[w];
    const Idm& m = models_[static_cast<std::size_t>(kind_[w])];
    const float arrival = time_for(rest + c.other_begin, v_[w], m.acceleration, from.speed);
    if (arrival > until + 1) return false;
    const bool stands = v_[w] < 0.5f;
    if (stands && equal && wait_[i] > 1 &&
        (wait_[i] > wait_[w] + 1 || (wait_[i] > wait_[w] - 1 && i < w)))
      continue;
    if (stands && other.control == Control::stop && halted_[w] == 0) continue;
    // Nobody is let pass for ever by those who could as well stop.
    if (wait_[i] > patience && w != 0 && (stands || v_[w] * v_[w] / (2 * m.braking) + 2 < rest))
      continue;
    return true;
  }
  return wait_[i] <= patience && w == none && comes_from_behind(c, until);
}

// The same about those who are still before the other path's road lane.
bool Traffic::comes_from_behind(const Conflict& c, float until) const {
  const Id from = network_->lane(c.lane).from;
  const float length = network_->lane(from).length;
  if (length > (until + 1) * network_->lane(from).speed) return false;
  for (const Id before : network_->map().predecessors(network_->shape(from))) {
    for (auto slot = slots_[before]; slot != none; slot = slot_next_[slot]) {
      const float rest = network_->lane(before).length - place_on(slot, before);
      if (rest < 0) continue;
      if ((rest + length + c.other_begin) / std::max(v_[slot / 2], 4.0f) < until + 1) return true;
    }
  }
  return false;
}

// Whether a vehicle with a siren is about to cross the path.
bool Traffic::siren_comes(Id i, Id internal) const {
  const Id at_intersection = network_->shape(internal).intersection;
  for (Id e = static_cast<Id>(size()) - 1; e > 0 && siren(e); --e) {
    if (e == i || network_->lane(lane_[e]).internal || next_[e] == none) continue;
    if (network_->shape(next_[e]).intersection != at_intersection) continue;
    if (network_->lane(lane_[e]).length - s_[e] > 60) continue;
    if (conflicting(internal, next_[e])) return true;
  }
  return false;
}

void Traffic::commit(Id i, Id internal) {
  committed_[i] = 1;
  slot_lane_[2 * i] = internal;
  slot_order_[2 * i] = ++sequence_;
  slot_next_[2 * i] = slots_[internal];
  slots_[internal] = 2 * i;
  claimed_[network_->lane(internal).to] +=
      static_cast<std::int32_t>(std::lround((length_[i] + 2) * 100));
}

void Traffic::withdraw(Id i) {
  committed_[i] = 0;
  claimed_[network_->lane(slot_lane_[2 * i]).to] -=
      static_cast<std::int32_t>(std::lround((length_[i] + 2) * 100));
  release(2 * i);
}

void Traffic::release(std::int32_t slot) {
  const Id lane = slot_lane_[slot];
  if (lane == none) return;
  slot_lane_[slot] = none;
  if (slots_[lane] == slot) {
    slots_[lane] = slot_next_[slot];
  } else {
    auto before = slots_[lane];
    while (slot_next_[before] != slot) before = slot_next_[before];
    slot_next_[before] = slot_next_[slot];
  }
  slot_next_[slot] = none;
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
        if (comes(slot / 2, edge - place_on(slot, cut.lane))) return false;
    } else {
      for (const Id before : map.predecessors(network_->shape(cut.lane)))
        for (auto slot = slots_[before]; slot != none; slot = slot_next_[slot])
          if (comes(slot / 2, edge + network_->lane(before).length - place_on(slot, before)))
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
      if (covers(place_on(slot, cut.lane), length_[slot / 2], cut.s)) return true;
  }
  return false;
}

bool Traffic::in_the_way(Id lane, float s, float least_speed) const {
  const auto blocks = [&](Id w, float front) {
    if (v_[w] < least_speed) return false;
    const float before = v_[w] > 0.5f ? 1.5f : 0.3f;  // of a vehicle that comes
    return front + before > s && front - length_[w] - 0.5f < s;
  };
  for (Id w = rear_[lane]; w != none; w = ahead_[w])
    if (blocks(w, s_[w])) return true;
  if (!network_->lane(lane).internal) return false;
  for (auto slot = slots_[lane]; slot != none; slot = slot_next_[slot])
    if (blocks(slot / 2, place_on(slot, lane))) return true;
  return false;
}

}  // namespace sandlot::city
