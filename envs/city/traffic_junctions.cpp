// Traffic at intersections: who is let in, and whom those inside let pass. See traffic.h.
#include <algorithm>
#include <cmath>

#include "envs/city/shapes.h"
#include "envs/city/traffic.h"

namespace sandlot::city {
namespace {

constexpr float patience = 20;       // s of standing after which turns are taken
constexpr float long_patience = 45;  // s after which nobody else is let in before
constexpr float full_patience = 4;   // s before a full street after which another way is tried
constexpr float by_sight = 60;       // s of standing after which others pass if there is room
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

// Those who made way are no obstacle to whom they made it for, where there is room beside them; nor
// is a siren to them that cannot go on.
Id Traffic::leader_of(Id i) const {
  Id leader = ahead_[i];
  if (siren(i))
    while (leader != none && aside_[leader] != 0 && clear_of(i, leader)) leader = ahead_[leader];
  else if (aside_[i] != 0)
    while (leader != none && held_up(leader) && clear_of(leader, i)) leader = ahead_[leader];
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
    see_reaching_back(i, lane_[i], rest, view);
    if (!admitted(i, internal, rest)) {
      // One metre before the line, since the model keeps s0 from what it stops for.
      const float to_line = f.line - s_[i];
      if (to_line <= zone(i) + 2) view.press(to_line + view.idm->gap - 1, 0);
      return;
    }
    const Id last = rear_[internal];
    if (last != none) view.press(rest + s_[last] - length_[last], v_[last]);
    see_conflicts(i, internal, -rest, view);
    see_obstacles(i, internal, rest, view);
    until_exit += over.length;
  }
  if (over.to != none) follow_into(i, over.to, until_exit, view);
}

// Who turns another way from the end of a lane, `rest` metres ahead, may still reach back into it.
void Traffic::see_reaching_back(Id i, Id lane, float rest, View& view) const {
  for (const Id way : network_->map().successors(network_->shape(lane))) {
    for (auto slot = slots_[way]; slot != none; slot = slot_next_[slot]) {
      const Id w = slot / 3;
      const float front = place_on(slot, way), back = front - length_[w];
      if (w != i && front > 0 && back < 0.5f && !(siren(i) && aside_[w] != 0 && clear_of(i, w)))
        view.press(rest + back, v_[w]);
    }
  }
}

// The road lane after an intersection, which begins `distance` ahead.
void Traffic::follow_into(Id i, Id lane, float distance, View& view) const {
  const LaneFacts& f = network_->lane(lane);
  const Id last = rear_[lane];
  if (last != none && last != i)
    view.press(distance + s_[last] - length_[last], v_[last]);
  else
    see_reaching_back(i, lane, distance + f.length, view);
  // Too short to brake on it: its line counts from here.
  if (distance + f.line < zone(i)) view.press(distance + f.line + view.idm->gap - 1, 0);
  view.slow_to(f.speed * factor_[i], distance);
  see_obstacles(i, lane, distance, view);
}

// Where the vehicle of a slot is on an internal lane: below 0 before it, above its length beyond.
float Traffic::place_on(std::int32_t slot, Id internal) const {
  const Id w = slot / 3;
  if (lane_[w] == internal) return s_[w];
  const LaneFacts& f = network_->lane(internal);
  if (slot % 3 == 2) {  // on its way to the lane before
    float way = network_->lane(f.from).length;
    if (lane_[w] != f.from) way += network_->lane(slot_lane_[3 * w]).length;
    if (lane_[w] != f.from && !network_->lane(lane_[w]).internal)
      way += network_->lane(lane_[w]).length;
    return s_[w] - way;
  }
  if (lane_[w] == f.from && slot % 3 == 0) return s_[w] - network_->lane(f.from).length;
  if (lane_[w] == f.to) return f.length + s_[w];
  if (past_[w] == f.to && past2_[w] == internal)
    return f.length + network_->lane(f.to).length + s_[w];
  return f.length + 1000;
}

// What those let in earlier on paths that conflict ask of vehicle i, which is at arc length `place`
// of its internal lane.
void Traffic::see_conflicts(Id i, Id internal, float place, View& view) const {
  const Lane& lane = network_->shape(internal);
  const float mine = swing(length_[i]);
  for (const Conflict& c : network_->conflicts_of(internal)) {
    if (slots_[c.lane] == none || place > c.end + mine) continue;
    for (auto slot = slots_[c.lane]; slot != none; slot = slot_next_[slot]) {
      const Id w = slot / 3;
      if (w == i) continue;
      const float front = place_on(slot, c.lane);
      if (c.kind != ConflictKind::merging && front - length_[w] < c.other_end &&
          (wait_[w] > by_sight || (place > c.begin && front > c.other_begin)))
        see_across(i, w, view);
      if (slot_order_[slot] > slot_order_[3 * i] || wait_[w] > by_sight) continue;
      const float back = front - length_[w] - swing(length_[w]) - mine;
      if (back > c.other_end) continue;
      if (c.kind == ConflictKind::diverging) {
        if (front > place && !(siren(i) && aside_[w] != 0 && clear_of(i, w)))
          view.press(front - length_[w] - place, v_[w]);
        continue;
      }
      const float to_zone = c.begin - place - margin - mine;
      // Metres behind its rear, as if both were on one path already.
      const float follow =
          lane.length - place - (network_->lane(c.lane).length - front) - length_[w];
      if (to_zone < 0) {  // inside already: on and out, behind who is before it
        if (c.kind == ConflictKind::merging && follow > -length_[w] / 2) view.press(follow, v_[w]);
        continue;
      }
      const float gone = (c.other_end - back) / std::max(v_[w], 0.5f);
      if (gone + time_margin < to_zone / std::max(view.v, 0.5f) && view.v * view.v < 6 * to_zone)
        continue;
      float gap = to_zone + view.idm->gap - margin;
      float speed = 0;
      if (c.kind == ConflictKind::merging && follow > gap) {
        gap = follow;
        speed = v_[w];
      }
      view.press(gap, speed);
    }
  }
}

// Both are where their paths cross, since one was held up: who has the other one before it waits.
void Traffic::see_across(Id i, Id w, View& view) const {
  const CityMap& map = network_->map();
  const Box box = Box::of(body(w), length_[w], class_of(kind_[w]).width);
  const float half_width = class_of(kind_[i]).width / 2 + 0.2f;
  for (int k = 0; k < 4; ++k) {
    for (const float share : {0.0f, 0.5f}) {
      const Vec2 p = box.corner(k) * (1 - share) + box.corner((k + 1) % 4) * share;
      const LanePlace at = map.project(lane_[i], p);
      const float gap = at.s - s_[i];
      if (std::abs(at.offset - offset_[i]) > half_width || at.distance > half_width + 2) continue;
      if (gap > 0 && gap < 8) view.press(gap, 0);
    }
  }
}

// Whether vehicle i may cross: decided within zone() before the line, taken back where somebody
// ahead has slowed it so much that it can stop again.
bool Traffic::admitted(Id i, Id internal, float rest) {
  const float to_line = network_->lane(lane_[i]).line - s_[i];
  if (committed_[i] != 0) {
    const bool stopped = v_[i] < 0.5f && to_line > 0.3f && !siren(i) &&
                         network_->shape(internal).control == Control::signal &&
                         light(internal) != Light::green;
    if (to_line <= zone(i) + 2 && !stopped) return true;
    withdraw(i);
    if (stopped) return false;
  }
  if (to_line > zone(i)) return false;
  const Id leader = leader_of(i);
  if (leader != none && committed_[leader] == 0) return false;
  return let_in(i, internal, rest);
}

bool Traffic::let_in(Id i, Id internal, float rest) {
  const Lane& lane = network_->shape(internal);
  if (v_[i] < 0.3f && (i == 0 ? rest : network_->lane(lane_[i]).line - s_[i]) < 4) halted_[i] = 1;
  if (!siren(i)) {
    if (lane.control == Control::signal && light(internal) != Light::green) return false;
    if (lane.control == Control::stop && halted_[i] == 0) return false;
    if (settings_.sirens > 0 && (siren_comes(i, internal) || lets_siren_by(i))) return false;
  }
  // The path of a U-turn lies beside itself: one at a time.
  if (lane.turn == Turn::u_turn && others_on(i, internal)) return false;
  if (!exit_has_room(i, internal, 3)) {
    if (wait_[i] > full_patience && ticks_ % 10 == i % 10) turn_elsewhere(i);
    claim(i, internal);
    claim_way_out(i, internal);
    return false;
  }
  if (person_on(i, internal)) return false;
  const Id claimant = claimant_of(lane.intersection);
  if (claimant != none && claimant != i && !siren(i) &&
      conflicting(internal, claimed_way_[lane.intersection]))
    return false;
  if (!next_reserved(i, internal, rest)) return false;
  for (const bool leaving : {false, true}) {
    if (leaving && !cannot_wait(i)) break;
    if (!may_cross(i, internal, rest, leaving)) continue;
    commit(i, internal, leaving ? slot_order_[3 * i + 1] : ++sequence_);
    return true;
  }
  claim(i, internal);
  return false;
}

// Who has waited long asks that nobody else is let in before where it would hinder; the first one
// who does is heard.
void Traffic::claim(Id i, Id internal) {
  const Id intersection = network_->shape(internal).intersection;
  const Id claimant = claimant_of(intersection);
  if (wait_[i] <= long_patience || (claimant != none && claimant != i)) return;
  claimant_[intersection] = i;
  claimed_way_[intersection] = internal;
  claim_tick_[intersection] = ticks_;
}

// Where the street behind the intersection is too short to wait on, the place that it needs is
// behind the next one, and would be taken for ever by those who pass there.
void Traffic::claim_way_out(Id i, Id internal) {
  const Id exit = network_->lane(internal).to;
  const LaneFacts& f = network_->lane(exit);
  if (wait_[i] <= long_patience || f.line - f.taken >= length_[i] + 2) return;
  for (const Id way : network_->map().successors(network_->shape(exit)))
    if (network_->lane(way).open && network_->shape(way).cars) return claim(i, way);
}

Id Traffic::claimant_of(Id intersection) const {
  return claim_tick_[intersection] + 2 >= ticks_ ? claimant_[intersection] : none;
}

bool Traffic::may_cross(Id i, Id internal, float rest, bool leaving) const {
  const Idm& m = models_[static_cast<std::size_t>(kind_[i])];
  const LaneFacts& f = network_->lane(internal);
  for (const Conflict& c : network_->conflicts_of(internal)) {
    if (!conflicts_clear(i, c, rest, leaving)) return false;
    if (!c.must_yield || siren(i)) continue;
    const float until =
        time_for(rest + c.end + length_[i], v_[i], m.acceleration, f.speed * factor_[i]);
    if (must_wait(i, internal, c, until)) return false;
  }
  return true;
}

bool Traffic::learner_may_cross(Id internal, float rest) const {
  const Lane& lane = network_->shape(internal);
  if (lane.control == Control::signal && light(internal) != Light::green) return false;
  if (settings_.sirens > 0 && siren_comes(0, internal)) return false;
  if (lane.turn == Turn::u_turn && others_on(0, internal)) return false;
  if (!exit_has_room(0, internal, 3)) return false;
  if (person_on(0, internal)) return false;
  const Idm& m = models_[0];
  const LaneFacts& f = network_->lane(internal);
  for (const Conflict& c : network_->conflicts_of(internal)) {
    if (!conflicts_clear(0, c, rest, false)) return false;
    const float until = time_for(rest + c.end + length_[0], v_[0], m.acceleration, f.speed);
    if (c.must_yield && must_wait(0, internal, c, until)) return false;
  }
  return true;
}

bool Traffic::others_on(Id i, Id internal) const {
  for (auto slot = slots_[internal]; slot != none; slot = slot_next_[slot])
    if (slot / 3 != i) return true;
  return false;
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
  for (const Conflict& c : network_->conflicts_of(internal))
    if (c.lane == other && c.kind != ConflictKind::diverging) return true;
  return false;
}

// Whether the road lane behind the intersection takes one more. Who moves there is counted where it
// would stand after braking hard. A lane too short for the vehicle is one with the intersection at
// its end: it must be empty, and some way out of it have room as well.
bool Traffic::exit_has_room(Id i, Id internal, int depth) const {
  const Id lane = network_->lane(internal).to;
  const LaneFacts& f = network_->lane(lane);
  const float whole = f.line - f.taken;
  const float claimed = static_cast<float>(claimed_[lane]) * 0.01f;
  const Id last = rear_[lane];
  float room = whole;
  if (last != none)
    room = std::min(whole, s_[last] - length_[last] - f.taken + v_[last] * v_[last] / 8);
  for (auto k = obstacle_of_[lane]; k != none; k = obstacles_[static_cast<std::size_t>(k)].next) {
    const Obstacle& o = obstacles_[static_cast<std::size_t>(k)];
    if (o.kind == ObstacleKind::body && (o.vehicle == none || !passes(i, o)))
      room = std::min(room, o.rear - f.taken + o.speed * o.speed / 8);
  }
  if (room >= length_[i] + 2 + claimed) return true;
  if (whole >= length_[i] + 2 || last != none || claimed_[lane] != 0) return false;
  if (depth == 0) return true;
  for (const Id way : network_->map().successors(network_->shape(lane)))
    if (network_->lane(way).open && exit_has_room(i, way, depth - 1)) return true;
  return false;
}

// Whether those let in on the other path will be gone before vehicle i can be there.
// `leaving`: it keeps its place in the order, so that those let in later wait for it.
bool Traffic::conflicts_clear(Id i, const Conflict& c, float rest, bool leaving) const {
  if (c.kind == ConflictKind::diverging) return true;
  const Idm& m = models_[static_cast<std::size_t>(kind_[i])];
  for (auto slot = slots_[c.lane]; slot != none; slot = slot_next_[slot]) {
    const Id w = slot / 3;
    if (w == i) continue;
    const float back = place_on(slot, c.lane) - length_[w] - swing(length_[w]) - swing(length_[i]);
    if (back > c.other_end) continue;
    if (w == 0) return false;  // nobody knows what the learner will do
    if (wait_[w] > by_sight) continue;
    if (leaving && goes_before(i, slot, c.other_begin - place_on(slot, c.lane))) continue;
    if (leaving || slot % 3 == 2) return false;
    if (stays_on(slot, c)) return false;
    const float gone = (c.other_end - back) / std::max(v_[w], 2.0f);
    const float there =
        time_for(rest + c.begin, v_[i], m.acceleration, network_->lane(c.lane).speed * factor_[i]);
    if (gone + time_margin > there) return false;
  }
  return true;
}

// Whether the vehicle of a slot will wait at the line of the next street with its rear still in the
// conflict.
bool Traffic::stays_on(std::int32_t slot, const Conflict& c) const {
  const Id w = slot / 3;
  const LaneFacts& over = network_->lane(c.lane);
  const float rear = over.length + network_->lane(over.to).line - length_[w] - swing(length_[w]);
  if (rear > c.other_end) return false;
  return slot % 3 == 0 ? slot_lane_[3 * w + 2] == none : lane_[w] == over.to && committed_[w] == 0;
}

// Whether vehicle i, whose rear still stands in an intersection, was let in there before the one of
// the slot was let in here, and that one can stop `way` metres on: it would wait for i in any case.
bool Traffic::goes_before(Id i, std::int32_t slot, float way) const {
  const Id w = slot / 3;
  if (slot % 3 == 1 || slot_lane_[3 * i + 1] == none) return false;
  if (slot_order_[3 * i + 1] > slot_order_[slot]) return false;
  const float stop = way - margin - swing(length_[i]) - swing(length_[w]);
  return stop > 0 && v_[w] * v_[w] < 4 * stop;
}

// Whether it stands in the way of an intersection that it has not left, on a street too short for
// it.
bool Traffic::cannot_wait(Id i) const {
  const LaneFacts& f = network_->lane(lane_[i]);
  return slot_lane_[3 * i + 1] != none && f.line - f.taken < length_[i] + 2;
}

// Where the street behind an intersection is too short to wait on, whoever goes there would stand
// in the way of this intersection's traffic and the next one's. It goes only where it may cross the
// next one as well, and keeps its place there from now on; after long it goes all the same.
bool Traffic::next_reserved(Id i, Id internal, float rest) {
  const LaneFacts& over = network_->lane(internal);
  const LaneFacts& exit = network_->lane(over.to);
  const Id road = network_->shape(over.to).road;
  if (exit.line - exit.taken >= length_[i] + 2 || cannot_wait(i) ||
      at(network_->map().roads, road).roundabout) {
    after_[i] = none;
    return true;
  }
  if (after_[i] == none || network_->lane(after_[i]).from != over.to ||
      (wait_[i] > full_patience && ticks_ % 40 == i % 40))
    after_[i] = draw_turn(i, over.to);
  if (wait_[i] > long_patience) after_[i] = none;
  const Id next = after_[i];
  if (next == none) return true;
  if (network_->shape(next).control == Control::signal && light(next) != Light::green) return false;
  if (!exit_has_room(i, next, 1)) return false;
  for (const Conflict& c : network_->conflicts_of(next))
    if (!conflicts_clear(i, c, rest + over.length + exit.length, false)) return false;
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
      if ((rest + length + c.other_begin) / std::max(v_[slot / 3], 4.0f) < until + 1) return true;
    }
  }
  return false;
}

void Traffic::take(std::int32_t slot, Id internal, std::int64_t order) {
  slot_lane_[slot] = internal;
  slot_order_[slot] = order;
  slot_next_[slot] = slots_[internal];
  slots_[internal] = slot;
}

void Traffic::commit(Id i, Id internal, std::int64_t order) {
  committed_[i] = 1;
  release(3 * i + 2);
  take(3 * i, internal, order);
  if (after_[i] != none) take(3 * i + 2, after_[i], order);
  claimed_[network_->lane(internal).to] +=
      static_cast<std::int32_t>(std::lround((length_[i] + 2) * 100));
}

void Traffic::withdraw(Id i) {
  committed_[i] = 0;
  claimed_[network_->lane(slot_lane_[3 * i]).to] -=
      static_cast<std::int32_t>(std::lround((length_[i] + 2) * 100));
  release(3 * i);
  release(3 * i + 2);
  after_[i] = none;
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

}  // namespace sandlot::city
