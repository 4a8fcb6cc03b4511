#include "envs/city/traffic.h"

#include <algorithm>
#include <cmath>

namespace sandlot::city {
namespace {

// Lengths and widths of common models; the ambulance as in SUMO. Treiber's own values for towns
// (T 1 s, s0 2 m, a 1 m/s², b 1.5 m/s²), with more of a and b for cars.
constexpr std::array<VehicleClass, vehicle_kind_count> classes = {{
    {4.6f, 1.8f, {1.5f, 2.0f, 1.0f, 2.0f}, 50, 1},
    {4.5f, 1.8f, {1.5f, 2.0f, 1.0f, 2.0f}, 50, 1},
    {5.6f, 2.0f, {1.2f, 2.0f, 1.3f, 2.0f}, 40, 1},
    {11.5f, 2.5f, {0.9f, 1.6f, 1.5f, 2.5f}, 25, 0.95f},
    {1.8f, 0.65f, {0.8f, 1.6f, 1.2f, 1.2f}, 5, 1},
    {6.5f, 2.16f, {1.8f, 2.4f, 1.0f, 2.0f}, 40, 1.5f},
    {4.8f, 1.85f, {2.2f, 2.6f, 1.0f, 2.0f}, 45, 1.5f},
}};

constexpr float passing_speed = 6;            // m/s, of a siren beside those who made way for it
constexpr std::size_t most_obstacles = 2048;  // of a step, before memory for more is taken

constexpr std::array<double, turn_count> turn_weights = {6, 2, 3, 0.02};

VehicleKind draw_kind(const TrafficSettings& settings, Random& random) {
  double r = random.uniform();
  if ((r -= settings.vans) < 0) return VehicleKind::van;
  if ((r -= settings.buses) < 0) return VehicleKind::bus;
  if ((r -= settings.bicycles) < 0) return VehicleKind::bicycle;
  return VehicleKind::car;
}

}  // namespace

const VehicleClass& class_of(VehicleKind kind) { return classes[static_cast<std::size_t>(kind)]; }

void Traffic::start(std::shared_ptr<const TrafficNetwork> network, const TrafficSettings& settings,
                    Seed seed) {
  network_ = std::move(network);
  settings_ = settings;
  time_ = 0;
  ticks_ = sequence_ = overruns_ = 0;
  driven_ = 0;
  for (std::size_t k = 0; k < models_.size(); ++k) {
    models_[k] = classes[k].idm;
    models_[k].braking *= settings.grip;
    models_[k].headway /= settings.grip;
  }
  const auto lanes = network_->size();
  front_.assign(lanes, none);
  rear_.assign(lanes, none);
  slots_.assign(lanes, none);
  claimed_.assign(lanes, 0);
  obstacle_of_.assign(lanes, none);
  obstacles_.reserve(most_obstacles);
  blocked_lanes_.reserve(most_obstacles);
  obstacles_.clear();
  blocked_lanes_.clear();
  claimant_.assign(network_->map().intersections.size(), none);
  claimed_way_.assign(claimant_.size(), none);
  claim_tick_.assign(claimant_.size(), 0);
  for (auto* column : {&lane_, &next_, &ahead_, &behind_, &past_, &past2_, &after_, &ghost_})
    column->assign(1, none);
  kind_.assign(1, VehicleKind::learner);
  for (auto* column : {&s_, &v_, &a_, &wait_, &offset_, &aim_}) column->assign(1, 0);
  length_.assign(1, classes[0].length);
  factor_.assign(1, 1);
  for (auto* column : {&committed_, &halted_, &aside_, &passing_}) column->assign(1, 0);
  for (auto* column : {&slot_lane_, &slot_next_}) column->assign(3, none);
  slot_order_.assign(3, 0);
  Random random(derive(seed, "places"));
  random_ = Random(derive(seed, "turns"));
  populate(random);
}

void Traffic::populate(Random& random) {
  const auto& starts = network_->starts();
  const auto& lengths = network_->start_lengths();
  if (starts.empty()) return;
  const int most = static_cast<int>(lengths.back() / settings_.metres_each);
  const int vehicles = std::min(settings_.vehicles, most);
  const int count = vehicles + settings_.sirens;
  for (int k = 0; k < count; ++k) {
    VehicleKind kind = draw_kind(settings_, random);
    if (k >= vehicles) kind = k % 2 == vehicles % 2 ? VehicleKind::ambulance : VehicleKind::police;
    const float length = class_of(kind).length;
    for (int attempt = 0; attempt < 40; ++attempt) {
      const double r = random.uniform() * lengths.back();
      const auto which = std::upper_bound(lengths.begin(), lengths.end(), r) - lengths.begin();
      const Id lane = starts[static_cast<std::size_t>(
          std::min(which, static_cast<std::ptrdiff_t>(starts.size()) - 1))];
      if (kind == VehicleKind::bus && !network_->lane(lane).buses) continue;
      const LaneFacts& f = network_->lane(lane);
      const float room = f.line - f.taken - length - 2;
      const float s = f.taken + length + 1 + room * random.uniform_float();
      if (room <= 0) continue;
      bool free = true;
      for (Id w = front_[lane]; w != none && free; w = behind_[w])
        free = s_[w] - length_[w] > s + 3 || s - length > s_[w] + 3;
      if (!free) continue;
      add(kind, lane, s, random);
      break;
    }
  }
}

void Traffic::add(VehicleKind kind, Id lane, float s, Random& random) {
  const auto i = static_cast<Id>(size());
  const VehicleClass& c = class_of(kind);
  kind_.all().push_back(kind);
  lane_.all().push_back(lane);
  s_.all().push_back(s);
  length_.all().push_back(c.length);
  const double spread = std::clamp(random.normal(), -2.0, 2.0) * settings_.speed_spread;
  factor_.all().push_back(c.speed_factor * static_cast<float>(1 + spread));
  const float rest = network_->lane(lane).line - s;
  v_.all().push_back(std::min(network_->lane(lane).speed * 0.5f, std::sqrt(2 * rest)));
  for (auto* column : {&a_, &wait_, &offset_, &aim_}) column->all().push_back(0);
  for (auto* column : {&next_, &ahead_, &behind_, &past_, &past2_, &after_, &ghost_})
    column->all().push_back(none);
  for (auto* column : {&committed_, &halted_, &aside_, &passing_}) column->all().push_back(0);
  for (int slot = 0; slot < 3; ++slot) {
    slot_lane_.all().push_back(none);
    slot_next_.all().push_back(none);
    slot_order_.all().push_back(0);
  }
  insert(i);
  choose_turn(i);
}

// Into the list of its lane, by s.
void Traffic::insert(Id i) {
  const Id lane = lane_[i];
  Id follower = rear_[lane], before = none;  // from the rear forward
  while (follower != none && s_[follower] <= s_[i]) {
    before = follower;
    follower = ahead_[follower];
  }
  ahead_[i] = follower;
  behind_[i] = before;
  (follower == none ? front_[lane] : behind_[follower]) = i;
  (before == none ? rear_[lane] : ahead_[before]) = i;
}

void Traffic::remove(Id i) {
  const Id lane = lane_[i];
  (ahead_[i] == none ? front_[lane] : behind_[ahead_[i]]) = behind_[i];
  (behind_[i] == none ? rear_[lane] : ahead_[behind_[i]]) = ahead_[i];
  ahead_[i] = behind_[i] = none;
}

void Traffic::choose_turn(Id i) { next_[i] = draw_turn(i, lane_[i]); }

Id Traffic::draw_turn(Id i, Id lane) {
  const auto ways = network_->map().successors(network_->shape(lane));
  double sum = 0;
  const bool cycling = kind_[i] == VehicleKind::bicycle, bus = kind_[i] == VehicleKind::bus;
  const auto weight = [&](Id way, bool strict) {
    if (!network_->lane(way).open) return 0.0;
    const Lane& path = network_->shape(way);
    if (strict && !(cycling ? path.bicycles : path.cars)) return 0.0;
    if (strict && bus && !network_->lane(way).buses) return 0.0;
    return turn_weights[static_cast<std::size_t>(path.turn)];
  };
  for (const bool strict : {true, false}) {
    for (const Id way : ways) sum += weight(way, strict);
    if (sum <= 0) continue;
    double r = random_.uniform() * sum;
    Id chosen = none;
    for (const Id way : ways) {
      const double w = weight(way, strict);
      if (w <= 0) continue;
      chosen = way;
      if ((r -= w) < 0) break;
    }
    return chosen;
  }
  return none;
}

void Traffic::begin_step() {
  for (const Id lane : blocked_lanes_) obstacle_of_[lane] = none;
  blocked_lanes_.clear();
  obstacles_.clear();
}

void Traffic::add_obstacle(Id lane, float rear, float speed, ObstacleKind kind, float offset,
                           Id vehicle) {
  if (obstacle_of_[lane] == none) blocked_lanes_.push_back(lane);
  obstacles_.push_back({rear, speed, kind, offset, vehicle, obstacle_of_[lane]});
  obstacle_of_[lane] = static_cast<std::int32_t>(obstacles_.size()) - 1;
}

void Traffic::place_learner(Id lane, float s, float speed, Id next, float length, float offset) {
  for (const int slot : {0, 1, 2}) release(slot);
  if (lane_[0] != none) remove(0);
  lane_[0] = lane;
  committed_[0] = 0;
  next_[0] = next;
  s_[0] = s;
  v_[0] = speed;
  length_[0] = length;
  offset_[0] = offset;
  if (lane == none) return;
  insert(0);
  const LaneFacts& f = network_->lane(lane);
  Id over = none;
  if (f.internal) {
    over = lane;
  } else if (next != none && speed > 0.5f && f.length - s < speed * speed / 8) {
    over = next;  // it will not stop at the line
  }
  if (over == none) return;
  committed_[0] = 1;
  take(0, over, 0);  // before all others
}

bool Traffic::move_to(Id i, Id lane, float s, float speed) {
  if (network_->lane(lane).internal || s > network_->lane(lane).length) return false;
  for (Id w = front_[lane]; w != none; w = behind_[w])
    if (w != i && s_[w] - length_[w] < s + 2 && s - length_[i] < s_[w] + 2) return false;
  if (committed_[i] != 0 && !network_->lane(lane_[i]).internal) withdraw(i);
  if (network_->lane(lane_[i]).internal) withdraw(i);
  release(3 * i + 1);
  release(3 * i + 2);
  after_[i] = none;
  remove(i);
  lane_[i] = lane;
  s_[i] = s;
  v_[i] = speed;
  offset_[i] = wait_[i] = 0;
  past_[i] = past2_[i] = ghost_[i] = none;
  halted_[i] = aside_[i] = 0;
  insert(i);
  choose_turn(i);
  return true;
}

float Traffic::acceleration_of(Id i) {
  const LaneFacts& f = network_->lane(lane_[i]);
  const auto kind = static_cast<std::size_t>(kind_[i]);
  View view;
  view.idm = &models_[kind];
  view.v = v_[i];
  view.limit = std::min(f.speed * factor_[i], classes[kind].fastest);
  const Id leader = leader_of(i);
  if (leader != none) view.press(s_[leader] - length_[leader] - s_[i], v_[leader]);
  // Whoever a siren is passing may reach farther back than the siren.
  for (Id w = leader; w != none && siren(w) && !siren(i);) {
    w = ahead_[w];
    if (w != none) view.press(s_[w] - length_[w] - s_[i], v_[w]);
  }
  if (ghost_[i] != none) {  // until it is out of the lane that it leaves
    const float s = s_[i] * network_->lane(ghost_[i]).length / f.length;
    Id before = rear_[ghost_[i]];
    while (before != none && s_[before] <= s) before = ahead_[before];
    if (before != none) view.press(s_[before] - length_[before] - s, v_[before]);
  }
  const float rest = f.length - s_[i];
  if (f.internal || ((leader == none || committed_[leader] != 0) && rest < zone(i) + 20))
    look_ahead(i, view);
  if (obstacle_of_[lane_[i]] != none) see_obstacles(i, lane_[i], -s_[i], view);
  if (const Id past = past_[i]; past != none && s_[i] < length_[i] && obstacle_of_[past] != none)
    see_obstacles(i, past, -s_[i] - network_->lane(past).length, view);
  if (aside_[i] != 0) view.limit = std::min(view.limit, 3.0f);
  if (siren(i)) see_beside(i, view);
  if (passing_[i] != 0) view.limit = std::min(view.limit, passing_speed);
  const float freedom = idm_freedom(*view.idm, view.v, view.limit);
  return idm_acceleration(*view.idm, freedom, view.pressure);
}

void Traffic::step(float dt) {
  const Id count = static_cast<Id>(size());
  for (Id i = 1; i < count; ++i)
    if (ghost_[i] != none)
      add_obstacle(ghost_[i], s_[i] - length_[i], v_[i], ObstacleKind::body, 0, i);
  if (settings_.sirens > 0) make_way(dt);
  for (Id i = 1; i < count; ++i) a_[i] = acceleration_of(i);
  for (Id i = 1; i < count; ++i) move(i, dt);
  // One vehicle in ten thinks about its lane: each once a second at ten steps a second.
  for (Id i = 1 + static_cast<Id>(ticks_ % 10); i < count; i += 10) consider_change(i);
  time_ += static_cast<double>(dt);
  ++ticks_;
}

void Traffic::move(Id i, float dt) {
  const float way = advance(v_[i], a_[i], dt);
  driven_ += static_cast<double>(way);
  s_[i] += way;
  wait_[i] = v_[i] < 0.1f ? wait_[i] + dt : 0;
  // Sirens drive past those that made way, and those past sirens that are held up.
  while (ahead_[i] != none && s_[i] > s_[ahead_[i]] && (siren(i) || siren(ahead_[i]))) {
    const Id passed = ahead_[i];
    remove(i);
    ahead_[i] = ahead_[passed];
    behind_[i] = passed;
    (ahead_[i] == none ? front_[lane_[i]] : behind_[ahead_[i]]) = i;
    ahead_[passed] = i;
  }
  while (s_[i] > network_->lane(lane_[i]).length) {
    const LaneFacts& f = network_->lane(lane_[i]);
    if (!f.internal && committed_[i] == 0) {
      // It came to its line a little too fast, and stops on it.
      overruns_ += v_[i] > 1;
      s_[i] = f.length;
      v_[i] = 0;
      break;
    }
    enter(i, f.internal ? f.to : next_[i]);
  }
  if (const Id left = slot_lane_[3 * i + 1]; left != none) {
    const LaneFacts& f = network_->lane(left);
    if (place_on(3 * i + 1, left) - length_[i] > f.length + f.overhang) release(3 * i + 1);
  }
  update_offset(i, dt);
}

void Traffic::enter(Id i, Id lane) {
  const LaneFacts& f = network_->lane(lane_[i]);
  s_[i] -= f.length;
  remove(i);
  past2_[i] = past_[i];
  past_[i] = lane_[i];
  ghost_[i] = none;
  const bool was_internal = f.internal;
  lane_[i] = lane;
  insert(i);
  if (!was_internal) return;
  // Out of the intersection: its place there stays taken until its rear is out as well.
  claimed_[lane] -= static_cast<std::int32_t>(std::lround((length_[i] + 2) * 100));
  const Id crossed = slot_lane_[3 * i];
  const std::int64_t order = slot_order_[3 * i];
  release(3 * i);
  release(3 * i + 1);
  take(3 * i + 1, crossed, order);
  committed_[i] = 0;
  halted_[i] = 0;
  if (after_[i] != none) {
    next_[i] = after_[i];
    after_[i] = none;
  } else {
    choose_turn(i);
  }
}

Light Traffic::light(Id internal_lane) const {
  const Lane& lane = network_->shape(internal_lane);
  if (lane.signal_group < 0 || lane.intersection == none) return Light::green;
  const Id program = at(network_->map().intersections, lane.intersection).program;
  if (program == none) return Light::green;
  return network_->map().light(at(network_->map().programs, program), time_, lane.signal_group);
}

bool Traffic::at_red(Id i) const {
  return lane_[i] != none && next_[i] != none && !network_->lane(lane_[i]).internal &&
         light(next_[i]) != Light::green;
}

// The point of its path `back` metres behind its front.
Vec2 Traffic::place_behind(Id i, float back) const {
  const CityMap& map = network_->map();
  Id lane = lane_[i];
  float s = s_[i] - back;
  for (const Id past : {past_[i], past2_[i]}) {
    if (s >= 0 || past == none) break;
    lane = past;
    s += network_->lane(lane).length;
  }
  return map.pose(network_->shape(lane), s, offset_[i]).position;
}

Pose Traffic::body(Id i) const {
  const float length = length_[i];
  const Vec2 nose = place_behind(i, length * 0.15f), tail = place_behind(i, length * 0.85f);
  const Vec2 along = nose - tail;
  Pose pose{(nose + tail) * 0.5f, 0};
  pose.heading = dot(along, along) > 1e-6f
                     ? heading_of(along)
                     : network_->map().pose(network_->shape(lane_[i]), s_[i]).heading;
  return pose;
}

}  // namespace sandlot::city
