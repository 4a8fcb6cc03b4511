// Vehicles with sirens: who makes way for them, and where there is room to squeeze past.
//
// Drivers within earshot pull aside (SUMO's blue light device: reach and rates). The siren passes
// those that have only where both fit side by side with a hand's breadth between, going to the
// other side of its lane and into the lane beside as far as it must; whoever comes there stops for
// it. Where there is no room it stays behind, as one of the traffic.
#include <algorithm>
#include <cmath>

#include "envs/city/traffic.h"

namespace sandlot::city {
namespace {

// SUMO's blue light device: within 25 m they react, at these rates per second.
constexpr float siren_reach = 25;
constexpr float siren_near = 12.5f;
constexpr double rate_near = 0.577, rate_far = 0.189;
constexpr float reset_distance = 30;

constexpr float between = 0.25f;        // m between a siren and whom it passes
constexpr float least_between = 0.15f;  // m at which it goes on beside them
constexpr float farthest = 2.4f;        // m from its lane's middle
constexpr float sharp_bend = 0.04f;     // 1/m
constexpr float kept_free = 20;         // m before an intersection
constexpr float most_patience = 3;      // s of standing after which others go on
constexpr float seen_ahead = 15;        // m before the rear of those it makes ready to pass

}  // namespace

// Drivers within earshot of a siren behind or before them make way, and go on once it has passed.
void Traffic::make_way(float dt) {
  const Id count = static_cast<Id>(size());
  for (Id e = count - 1; e > 0 && siren(e); --e) pull_aside(e, dt);
  for (Id i = 1; i < count; ++i)
    if (aside_[i] != 0 && passed_by_all(i)) aside_[i] = 0;
  for (Id e = count - 1; e > 0 && siren(e); --e) {
    plan_passing(e);
    block_beside(e);
  }
}

void Traffic::pull_aside(Id siren_vehicle, float dt) {
  const Pose e = body(siren_vehicle);
  for (Id i = 1; i < static_cast<Id>(size()); ++i) {
    if (i == siren_vehicle || aside_[i] != 0 || network_->lane(lane_[i]).internal) continue;
    const Pose b = body(i);
    // Sirens that meet: the one that has its lane to itself makes way.
    if (siren(i) && (std::abs(offset_[siren_vehicle]) < 0.5f || std::abs(offset_[i]) > 0.3f ||
                     dot(direction(b.heading), direction(e.heading)) > 0))
      continue;
    const float away = distance(b.position, e.position);
    if (away > siren_reach || dot(b.position - e.position, direction(e.heading)) < 0) continue;
    const double rate = away < siren_near ? rate_near : rate_far;
    if (random_.bernoulli(rate * static_cast<double>(dt))) aside_[i] = 1;
  }
}

bool Traffic::passed_by_all(Id i) const {
  const Pose b = body(i);
  for (Id e = static_cast<Id>(size()) - 1; e > 0 && siren(e); --e) {
    if (e == i) continue;
    const Pose p = body(e);
    const Vec2 to = b.position - p.position;
    const float clear = (length_[e] + length_[i]) / 2 + 1;
    if (length(to) < reset_distance && dot(to, direction(p.heading)) > -clear) return false;
  }
  return true;
}

// Whether two that are side by side leave room between them, each in its place in the lane.
bool Traffic::clear_of(Id siren_vehicle, Id i) const {
  return std::abs(offset_[siren_vehicle] - offset_[i]) >=
         (vehicle_width(siren_vehicle) + vehicle_width(i)) / 2 + least_between;
}

// Whether a siren stands beside those whom it wants to pass.
bool Traffic::held_up(Id i) const {
  return siren(i) && aside_[i] == 0 && wait_[i] > most_patience && std::abs(offset_[i]) > 0.3f;
}

// Where in its lane a siren goes to pass those who made way, from just behind to some metres ahead
// of it.
void Traffic::plan_passing(Id e) {
  aim_[e] = 0;
  passing_[e] = 0;
  float least = 0, most = 0;  // to the left of the lane's middle
  bool beside = false;
  const auto consider = [&](Id w, float shift) {
    if (w == e || aside_[w] == 0) return;
    const float gap = shift + s_[w] - length_[w] - s_[e];
    if (gap > seen_ahead || gap < -length_[e] - length_[w] - 1) return;
    beside = beside || gap < 1;
    const float bends = length_[w] > 7 ? 0.4f : 0;  // what is long reaches out of them
    const float room = (vehicle_width(e) + vehicle_width(w)) / 2 + between + bends;
    if (offset_[w] > 0)
      least = std::min(least, offset_[w] - room);
    else
      most = std::max(most, offset_[w] + room);
  };
  const LaneFacts& f = network_->lane(lane_[e]);
  for (Id w = rear_[lane_[e]]; w != none; w = ahead_[w]) consider(w, 0);
  // Those who have left its lane, or are leaving it another way, with their rear still beside it.
  const Id from = f.internal ? f.from : lane_[e];
  for (const Id way : network_->map().successors(network_->shape(from)))
    if (way != lane_[e] && (!f.internal || s_[e] < length_[e]))
      for (Id w = rear_[way]; w != none; w = ahead_[w]) consider(w, f.internal ? 0 : f.length);
  const Id past = past_[e];
  if (past != none && s_[e] < length_[e] + 1)
    for (Id w = front_[past]; w != none; w = behind_[w]) consider(w, -network_->lane(past).length);
  if (least == 0 && most == 0) return;
  if (least < 0 && most > 0) return;  // on both sides: they are too near to each other
  const float aim = least < 0 ? least : most;
  if (std::abs(aim) > farthest || !room_beside(e, aim)) {
    if (beside) aim_[e] = std::abs(aim) < std::abs(offset_[e]) ? aim : offset_[e];
    return;
  }
  aim_[e] = aim;
  passing_[e] = 1;
}

// The lane to the left (1) or right (−1) of a road lane, also where it runs the other way; none
// where there is none.
Id Traffic::lane_beside(Id lane, float side) const {
  const Lane& shape = network_->shape(lane);
  const Id neighbour = side > 0 ? shape.left : shape.right;
  if (neighbour != none || shape.road == none) return neighbour;
  const bool inward = (side > 0) != network_->map().left_hand_traffic;
  const Id opposite = at(network_->map().roads, shape.road).opposite;
  if (!inward || opposite == none) return none;
  const Road& other = at(network_->map().roads, opposite);
  for (Id k = 0; k < other.lane_count; ++k) {
    const Lane& l = network_->shape(other.first_lane + k);
    if ((side > 0 ? l.left : l.right) == none) return other.first_lane + k;
  }
  return none;
}

// Calls `tell` with each vehicle in the lane beside, or on its way there out of an intersection
// that is near, whose body comes nearer to the middle of the siren's lane than `edge`: metres ahead
// of the siren's front to its near and far end, and whether it comes towards it.
template <class Tell>
void Traffic::look_beside(Id e, float side, float edge, Tell tell) const {
  const Id lane = lane_[e], other = lane_beside(lane, side);
  if (other == none) return;
  const CityMap& map = network_->map();
  const bool oncoming = network_->shape(other).road != network_->shape(lane).road;
  const auto look = [&](Id w) {
    const LanePlace p = map.project(lane, body(w).position);
    if (w == e || p.offset * side - vehicle_width(w) / 2 >= edge) return;
    // Beyond the lane's end, as far as it is in a straight line.
    const float past_end = p.s > network_->lane(lane).length - 0.1f ? p.distance : 0;
    const float middle = p.s + past_end - s_[e];
    tell(w, middle - length_[w] / 2, middle + length_[w] / 2, oncoming);
  };
  for (Id w = rear_[other]; w != none; w = ahead_[w]) look(w);
  if (!oncoming || network_->lane(lane).length - s_[e] > 25) return;
  for (const Id before : map.predecessors(network_->shape(other)))
    for (auto slot = slots_[before]; slot != none; slot = slot_next_[slot])
      if (lane_[slot / 3] != other) look(slot / 3);
}

// Whether a siren may go as far to the side as `aim`: it stays in its lane, or nobody in the lane
// beside is or comes too near.
bool Traffic::room_beside(Id e, float aim) const {
  const Id lane = lane_[e];
  const float side = aim < 0 ? -1.0f : 1.0f;
  const float edge = std::abs(aim) + vehicle_width(e) / 2 + least_between;  // towards that side
  if (edge <= network_->shape(lane).width / 2) return true;
  if (network_->lane(lane).internal) return std::abs(aim) <= std::abs(offset_[e]) + 0.1f;
  const Id other = lane_beside(lane, side);
  if (other == none) return false;
  if (next_[e] != none && network_->lane(next_[e]).to == other)
    return false;  // it turns back there
  // Bodies reach out of sharp bends.
  for (float ahead = -5; ahead <= 25; ahead += 5) {
    const float s = std::clamp(s_[e] + ahead, 0.0f, network_->lane(lane).length);
    if (std::abs(network_->map().curvature(network_->shape(lane), s)) > sharp_bend) return false;
  }
  bool free = true;
  look_beside(e, side, edge, [&](Id w, float near, float far, bool oncoming) {
    // What each needs to stop, and some metres.
    const float room = oncoming ? 8 + v_[w] * v_[w] / 4 + v_[w] + v_[e] : 3;
    const float back = oncoming ? 0 : 3 + std::max(v_[w] - v_[e], 0.0f) * 3;
    if (far > -length_[e] - back && near < room) free = false;
  });
  return free;
}

// Who is in the way of a siren that reaches over into the lane beside.
void Traffic::see_beside(Id e, View& view) const {
  const Id lane = lane_[e];
  const float edge = std::abs(offset_[e]) + vehicle_width(e) / 2 + 0.1f;
  if (network_->lane(lane).internal || edge <= network_->shape(lane).width / 2) return;
  const float side = offset_[e] < 0 ? -1.0f : 1.0f;
  const Id other = lane_beside(lane, side);
  if (other == none) return;  // at the kerb
  look_beside(e, side, edge, [&](Id w, float near, float, bool oncoming) {
    if (near > -1) view.press(std::max(near, 0.0f), oncoming ? 0 : v_[w]);
  });
  if (network_->shape(other).road == network_->shape(lane).road) return;
  // It waits where it is until those beside it have gone on, and goes back into its lane.
  const float rest = network_->lane(lane).length - kept_free - s_[e];
  view.press(std::max(rest, 0.0f) + view.idm->gap - 1, 0);
}

// What reaches over into the lane beside is in the way there.
void Traffic::block_beside(Id e) {
  const Id lane = lane_[e];
  const float half = vehicle_width(e) / 2;
  if (network_->lane(lane).internal) return;
  if (std::abs(offset_[e]) + half <= network_->shape(lane).width / 2) return;
  const Id other = lane_beside(lane, offset_[e] < 0 ? -1.0f : 1.0f);
  if (other == none) return;
  const LanePlace p = network_->map().project(other, body(e).position);
  const bool oncoming = network_->shape(other).road != network_->shape(lane).road;
  add_obstacle(other, p.s - length_[e] / 2, oncoming ? 0 : v_[e], ObstacleKind::body, p.offset, e);
}

// Whether a vehicle with a siren is about to cross the path, or passes others at the intersection,
// for which it needs more than its own path.
bool Traffic::siren_comes(Id i, Id internal) const {
  const Id at_intersection = network_->shape(internal).intersection;
  for (Id e = static_cast<Id>(size()) - 1; e > 0 && siren(e); --e) {
    const Id over = network_->lane(lane_[e]).internal ? lane_[e] : next_[e];
    if (e == i || over == none || network_->shape(over).intersection != at_intersection) continue;
    if (over == lane_[e]) {
      if (std::abs(offset_[e]) > 0.5f && network_->lane(over).from != network_->lane(internal).from)
        return true;
      continue;
    }
    const float rest = network_->lane(lane_[e]).length - s_[e];
    if (rest > 60 || held_up(e) || (wait_[e] > 3 && leader_of(e) != none)) continue;
    if (conflicting(internal, over) || (passing_[e] != 0 && rest < 15 && wait_[e] < 3)) return true;
  }
  return false;
}

// Who made way lets the siren beside or right behind it go first, wherever the two are about to go.
bool Traffic::lets_siren_by(Id i) const {
  if (aside_[i] == 0) return false;
  for (Id e = static_cast<Id>(size()) - 1; e > 0 && siren(e); --e) {
    if (passing_[e] == 0 || wait_[e] > most_patience) continue;
    float s = s_[e];
    if (lane_[e] != lane_[i]) {
      if (past_[e] != lane_[i] || s_[e] > length_[e]) continue;
      s += network_->lane(lane_[i]).length;
    }
    if (s > s_[i] - length_[i] - 10 && s - length_[e] < s_[i]) return true;
  }
  return false;
}

}  // namespace sandlot::city
