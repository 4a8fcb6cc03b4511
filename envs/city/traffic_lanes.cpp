// Traffic across lanes: changes by MOBIL, the place within a lane, and making way for sirens.
#include <algorithm>
#include <cmath>

#include "envs/city/traffic.h"
#include "sim/core/archive.h"

namespace sandlot::city {
namespace {

constexpr float sideways_speed = 1.2f;  // m/s, of a change of lanes
constexpr float over_edge = 0.05f;      // m that who makes way goes over its lane's edge
constexpr float last_change = 25;       // m before the line: none from there on

}  // namespace

float Traffic::behind(Id i, Id leader, float s) const {
  const auto kind = static_cast<std::size_t>(kind_[i]);
  const Idm& m = models_[kind];
  const float limit =
      std::min(network_->lane(lane_[i]).speed * factor_[i], class_of(kind_[i]).fastest);
  const float freedom = idm_freedom(m, v_[i], limit);
  if (leader == none) return idm_acceleration(m, freedom, 0);
  const float gap = s_[leader] - length_[leader] - s;
  return idm_acceleration(m, freedom, idm_pressure(m, v_[i], gap, v_[i] - v_[leader]));
}

// What vehicle i gains in a neighbouring lane, and its arc length there; false where it may not go.
bool Traffic::gain_of(Id i, Id lane, float& gain, float& s) const {
  const LaneFacts& from = network_->lane(lane_[i]);
  const LaneFacts& to = network_->lane(lane);
  if (kind_[i] == VehicleKind::bus && !to.buses) return false;
  if (!to.open || !network_->shape(lane).cars || obstacle_of_[lane] != none) return false;
  s = s_[i] * to.length / from.length;
  Id leader = none, follower = front_[lane];
  while (follower != none && s_[follower] > s) {
    leader = follower;
    follower = behind_[follower];
  }
  if (leader != none && s_[leader] - length_[leader] - s < 2) return false;
  if (follower != none && s - length_[i] - s_[follower] < 2) return false;
  if (follower != none && committed_[follower] != 0) return false;
  LaneChange c;
  c.own = behind(i, ahead_[i], s_[i]);
  c.own_after = behind(i, leader, s);
  if (follower != none) {
    const auto kind = static_cast<std::size_t>(kind_[follower]);
    c.new_follower = behind(follower, leader, s_[follower]);
    const float gap = s - length_[i] - s_[follower];
    const float limit = std::min(to.speed * factor_[follower], class_of(kind_[follower]).fastest);
    c.new_follower_after = idm_acceleration(models_[kind], v_[follower], std::max(limit, 0.1f), gap,
                                            v_[follower] - v_[i]);
  }
  if (const Id old = behind_[i]; old != none) {
    c.old_follower = behind(old, i, s_[old]);
    c.old_follower_after = behind(old, ahead_[i], s_[old]);
  }
  if (!mobil_safe(settings_.mobil, c)) return false;
  gain = mobil_incentive(settings_.mobil, c);
  return gain > 0;
}

void Traffic::consider_change(Id i) {
  const Id lane = lane_[i];
  const LaneFacts& f = network_->lane(lane);
  if (f.internal || committed_[i] != 0 || ghost_[i] != none || v_[i] < 2) return;
  if (kind_[i] == VehicleKind::bicycle || aside_[i] != 0 || siren(i)) return;
  if (s_[i] < length_[i] + 1 || f.length - s_[i] < last_change) return;
  const Lane& shape = network_->shape(lane);
  Id chosen = none;
  float best = 0, s_best = 0;
  for (const Id other : {shape.left, shape.right}) {
    float gain = 0, s = 0;
    if (other == none || !gain_of(i, other, gain, s) || gain <= best) continue;
    chosen = other;
    best = gain;
    s_best = s;
  }
  if (chosen == none) return;
  const CityMap& map = network_->map();
  const Pose here = map.pose(shape, s_[i], offset_[i]);
  const Pose there = map.pose(network_->shape(chosen), s_best);
  remove(i);
  ghost_[i] = lane;
  lane_[i] = chosen;
  s_[i] = s_best;
  offset_[i] = dot(here.position - there.position, left_of(direction(there.heading)));
  insert(i);
  choose_turn(i);
}

// Towards the middle of the lane, the kerb for bicycles, or out of a siren's way.
void Traffic::update_offset(Id i, float dt) {
  const float kerb = network_->map().left_hand_traffic ? 1.0f : -1.0f;
  float wanted = 0;
  float rate = sideways_speed;
  const Lane& lane = network_->shape(lane_[i]);
  if (kind_[i] == VehicleKind::bicycle) {
    wanted = kerb * std::max(0.0f, lane.width / 2 - 0.6f);
  } else if (aside_[i] != 0) {
    const bool inner = lane.road != none && at(network_->map().roads, lane.road).lane_count > 1 &&
                       (kerb < 0 ? lane.left : lane.right) == none;
    wanted =
        (inner ? -kerb : kerb) * std::max(0.0f, (lane.width - vehicle_width(i)) / 2 + over_edge);
    rate = 0.6f;
  } else if (siren(i)) {
    wanted = aim_[i];
  }
  if (wanted == offset_[i] && ghost_[i] == none) return;
  const float most = rate * dt;
  offset_[i] += std::clamp(wanted - offset_[i], -most, most);
  if (ghost_[i] != none && std::abs(offset_[i]) < lane.width * 0.25f) ghost_[i] = none;
}

void Traffic::save(Writer& out) const {
  out.tag("traffic");
  out.write(time_);
  out.write(ticks_);
  out.write(sequence_);
  out.write(driven_);
  out.write(overruns_);
  random_.save(out);
  for (const auto* c :
       {&lane_, &next_, &ahead_, &behind_, &past_, &past2_, &after_, &ghost_, &slot_lane_,
        &slot_next_, &front_, &rear_, &slots_, &claimed_, &claimant_, &claimed_way_})
    out.write(c->all());
  for (const auto* c : {&s_, &v_, &a_, &length_, &factor_, &wait_, &offset_}) out.write(c->all());
  for (const auto* c : {&committed_, &halted_, &aside_}) out.write(c->all());
  for (const auto* c : {&slot_order_, &claim_tick_}) out.write(c->all());
  out.write(kind_.all());
}

namespace {

template <class T>
void read_column(Reader& in, Column<T>& column, std::size_t size) {
  in.read(column.all());
  if (column.size() != size) in.fail("the traffic has another size");
}

}  // namespace

void Traffic::load(Reader& in) {
  in.expect_tag("traffic");
  in.read(time_);
  in.read(ticks_);
  in.read(sequence_);
  in.read(driven_);
  in.read(overruns_);
  random_.load(in);
  in.read(lane_.all());
  const std::size_t vehicles = lane_.size(), lanes = network_->size();
  if (vehicles == 0 ||
      vehicles > 1 + static_cast<std::size_t>(settings_.vehicles + settings_.sirens))
    in.fail("the traffic has another size");
  for (auto* c : {&next_, &ahead_, &behind_, &past_, &past2_, &after_, &ghost_})
    read_column(in, *c, vehicles);
  for (auto* c : {&slot_lane_, &slot_next_}) read_column(in, *c, 3 * vehicles);
  for (auto* c : {&front_, &rear_, &slots_, &claimed_}) read_column(in, *c, lanes);
  for (auto* c : {&claimant_, &claimed_way_})
    read_column(in, *c, network_->map().intersections.size());
  for (auto* c : {&s_, &v_, &a_, &length_, &factor_, &wait_, &offset_})
    read_column(in, *c, vehicles);
  for (auto* c : {&committed_, &halted_, &aside_}) read_column(in, *c, vehicles);
  read_column(in, slot_order_, 3 * vehicles);
  read_column(in, claim_tick_, claimant_.size());
  in.read(kind_.all());
  if (kind_.size() != vehicles) in.fail("the traffic has another size");
  check_loaded(in);
  aim_.assign(vehicles, 0);
  passing_.assign(vehicles, 0);
  obstacle_of_.assign(lanes, none);
  obstacles_.clear();
  blocked_lanes_.clear();
}

// Damaged archives must not lead anywhere: ids in range, numbers finite, and each list ends where
// it should.
void Traffic::check_loaded(Reader& in) const {
  const Id vehicles = static_cast<Id>(size()), lanes = static_cast<Id>(network_->size());
  const auto within = [&](const Column<Id>& column, Id end) {
    for (const Id id : column.all())
      if (id < none || id >= end) in.fail("the traffic has an id that is out of range");
  };
  for (const auto* c :
       {&lane_, &next_, &past_, &past2_, &after_, &ghost_, &slot_lane_, &claimed_way_})
    within(*c, lanes);
  for (const auto* c : {&ahead_, &behind_, &front_, &rear_, &claimant_}) within(*c, vehicles);
  for (const auto* c : {&slot_next_, &slots_}) within(*c, 3 * vehicles);
  if (!std::isfinite(time_) || time_ < 0 || ticks_ < 0) in.fail("the traffic's time is damaged");
  for (const auto* c : {&s_, &v_, &a_, &length_, &factor_, &wait_, &offset_})
    for (const float x : c->all())
      if (!(std::abs(x) < 1e6f)) in.fail("the traffic has a number that is out of range");
  for (Id i = 0; i < vehicles; ++i) {
    if (static_cast<int>(kind_[i]) >= vehicle_kind_count ||
        (kind_[i] == VehicleKind::learner) != (i == 0))
      in.fail("there is no such kind of vehicle");
    if (i > 0 && lane_[i] == none) in.fail("a vehicle is on no lane");
    if (v_[i] < 0 || s_[i] < 0 || length_[i] <= 0 || factor_[i] <= 0)
      in.fail("the traffic has a number that is out of range");
    if (committed_[i] != 0 && i > 0 && slot_lane_[3 * i] == none)
      in.fail("a vehicle crosses no intersection");
  }
  Id listed = 0, in_slots = 0;
  for (Id lane = 0; lane < lanes; ++lane) {
    Id before = none;
    for (Id i = rear_[lane]; i != none; before = i, i = ahead_[i])
      if (++listed > vehicles || lane_[i] != lane || behind_[i] != before)
        in.fail("the traffic's order on a lane is damaged");
    if (before != front_[lane]) in.fail("the traffic's order on a lane is damaged");
    for (auto slot = slots_[lane]; slot != none; slot = slot_next_[slot])
      if (++in_slots > 3 * vehicles || slot_lane_[slot] != lane || !network_->lane(lane).internal)
        in.fail("the traffic's order at an intersection is damaged");
  }
  const auto on_lanes =
      std::count_if(lane_.all().begin(), lane_.all().end(), [](Id lane) { return lane != none; });
  const auto with_slots = std::count_if(slot_lane_.all().begin(), slot_lane_.all().end(),
                                        [](Id lane) { return lane != none; });
  if (listed != on_lanes || in_slots != with_slots) in.fail("the traffic's lists are damaged");
}

}  // namespace sandlot::city
