#include "envs/city/driver.h"

#include <algorithm>
#include <cmath>

namespace sandlot::city {
namespace {

constexpr float looked_ahead = 80;    // m
constexpr float braking = 2;          // m/s²
constexpr float own_corridor = 1.3f;  // m to each side of the way
constexpr float beside_way = 5;       // m: people who may step onto it

// The first of the traffic on the lanes of the route.
void see_leader(const World& world, bool occluded, RoadAhead& ahead) {
  const Traffic& traffic = world.traffic();
  const Route& route = world.route();
  const float front = route.s() + world.vehicle().shape.length / 2;
  float before = -front;  // metres from the front to the lane's start
  for (std::size_t k = static_cast<std::size_t>(route.index()); k < route.lanes().size(); ++k) {
    const Id lane = route.lanes()[k];
    for (Id w = traffic.rear(lane); w != none; w = traffic.ahead(w)) {
      if (w == 0) continue;
      const float gap = before + traffic.s(w) - traffic.vehicle_length(w);
      if (before + traffic.s(w) < 0.5f || gap >= ahead.leader) continue;
      if (gap < -3) continue;  // beside
      if (occluded && !world.surroundings().sees(world.car().position, traffic.body(w).position))
        return;
      ahead.leader = std::max(gap, 0.0f);
      ahead.leader_speed = traffic.speed(w);
      return;
    }
    const Lane& shape = world.network().shape(lane);
    const Id next = k + 1 < route.lanes().size() ? route.lanes()[k + 1] : none;
    if (next == none || before + shape.length > looked_ahead) return;
    if (next != shape.left && next != shape.right) before += shape.length;
  }
}

// Metres to a point in the corridor of the route, `far` where it is not in it.
float along_route(const World& world, Vec2 point, float half_width, float* aside = nullptr) {
  const Vec2 to = point - world.car().position;
  if (dot(to, to) > 40 * 40 || dot(to, direction(world.car().heading)) < -2) return RoadAhead::far;
  float before = -world.route().s();
  const Route& route = world.route();
  for (std::size_t k = static_cast<std::size_t>(route.index()); k < route.lanes().size(); ++k) {
    const Id lane = route.lanes()[k];
    const LaneFacts& f = world.network().lane(lane);
    if (distance(f.centre, point) < f.radius + 4) {
      const LanePlace p = world.map().project(lane, point);
      if (aside != nullptr) *aside = p.distance;
      if (p.distance < half_width && before + p.s > 0) return before + p.s;
    }
    before += f.length;
    if (before > 40) break;
  }
  return RoadAhead::far;
}

// Vehicles that reach into its way from beside, as those that change lanes or turn off do: they are
// on lanes of their own, or have just been. One that stands may wait for this car in its turn, and
// is left to stand.
void see_cutting_in(const World& world, bool occluded, RoadAhead& ahead) {
  const VehicleShape& own = world.vehicle().shape;
  const Vec2 axis = direction(world.car().heading);
  for (const World::Neighbour& n : world.neighbours()) {
    const Vec2 to = n.box.centre - world.car().position;
    const float along = dot(n.box.ahead, axis), speed = world.traffic().speed(n.vehicle);
    if (speed < 0.5f) continue;
    if (dot(to, to) > 15 * 15 || dot(to, axis) < 0 || along < 0.7f) continue;
    if (occluded && !world.surroundings().sees(world.car().position, n.box.centre)) continue;
    const Vec2 length = n.box.ahead * n.box.half_length,
               width = left_of(n.box.ahead) * n.box.half_width;
    for (const Vec2 corner :
         {width - length, Vec2{} - width - length, width + length, length - width}) {
      const float way =
          along_route(world, n.box.centre + corner, own.width / 2 + 0.2f) - own.length / 2;
      if (way < -1 || way >= ahead.leader) continue;
      ahead.leader = std::max(way, 0.0f);
      ahead.leader_speed = speed * along;
    }
  }
}

// Those in its way, where they are or will be within two seconds; and how near it comes to those
// beside its way, with how fast they come nearer to it.
void see_people(const World& world, bool occluded, RoadAhead& ahead) {
  const Pedestrians& people = world.people();
  const float nose = world.vehicle().shape.length / 2;
  for (Id i = 0; i < static_cast<Id>(people.size()); ++i) {
    if (people.state(i) == PedestrianState::hit) continue;
    const Vec2 position = people.position(i), velocity = people.velocity(i);
    const Vec2 to = position - world.car().position;
    if (dot(to, to) > 40 * 40) continue;
    if (occluded && !world.surroundings().sees(world.car().position, position)) continue;
    for (const float t : {0.0f, 1.0f, 2.0f}) {
      const float way = along_route(world, position + velocity * t, own_corridor + 0.6f) - nose;
      if (way > -1) ahead.person = std::min(ahead.person, std::max(way, 0.0f));
    }
    float aside = 0;
    const float way = along_route(world, position, beside_way, &aside) - nose;
    if (way < -1 || way >= ahead.beside) continue;
    float later = 0;
    const bool still = along_route(world, position + velocity, beside_way, &later) < RoadAhead::far;
    ahead.beside = std::max(way, 0.0f);
    ahead.beside_aside = aside;
    ahead.beside_closing = still ? aside - later : 0;
    ahead.beside_waits = people.state(i) == PedestrianState::waiting;
  }
}

// Seconds until somebody on a path that conflicts with an internal lane could be in its way.
float time_to_conflict(const World& world, Id internal) {
  const Traffic& traffic = world.traffic();
  const CityMap& map = world.map();
  float soonest = 10;
  for (const Conflict& c : map.conflicts_of(world.network().shape(internal))) {
    if (c.kind == ConflictKind::diverging) continue;
    for (Id w = traffic.rear(c.lane); w != none; w = traffic.ahead(w)) {
      if (w == 0 || traffic.s(w) - traffic.vehicle_length(w) > c.other_end) continue;
      soonest = std::min(
          soonest, std::max(0.0f, c.other_begin - traffic.s(w)) / std::max(traffic.speed(w), 1.0f));
    }
    const Id from = world.network().lane(c.lane).from;
    if (traffic.light(c.lane) == Light::red) continue;
    Id w = traffic.front(from);
    for (int k = 0; w != none && k < 3; ++k, w = traffic.follower(w)) {
      if (w == 0 || traffic.next(w) != c.lane) continue;
      const float way = world.network().lane(from).length - traffic.s(w) + c.other_begin;
      soonest = std::min(soonest, way / std::max(traffic.speed(w), 1.0f));
    }
  }
  return soonest;
}

// The internal lane at the next line, none where there is no line in sight.
Id see_line(const World& world, RoadAhead& ahead) {
  const Route& route = world.route();
  const TrafficNetwork& network = world.network();
  const float front = route.s() + world.vehicle().shape.length / 2;
  if (network.lane(route.lane()).internal) return none;
  float rest = network.lane(route.lane()).length - front;
  Id crossing = none;
  for (std::size_t k = static_cast<std::size_t>(route.index()) + 1; k < route.lanes().size(); ++k)
    if (network.lane(route.lanes()[k]).internal) {
      crossing = route.lanes()[k];
      break;
    }
  if (crossing == none || rest > looked_ahead) return none;
  if (rest < -1.5f) return none;  // over it
  ahead.line = std::max(rest, 0.0f);
  const Lane& lane = network.shape(crossing);
  ahead.signal = lane.control == Control::signal;
  if (ahead.signal) ahead.light = world.traffic().light(crossing);
  ahead.must_stop = lane.control == Control::stop;
  return crossing;
}

void see_crossing(const World& world, RoadAhead& ahead) {
  const Id crossing = see_line(world, ahead);
  if (crossing == none) return;
  if (ahead.line < 50) ahead.conflict = time_to_conflict(world, crossing);
  if (ahead.line < 40) ahead.may_cross = world.traffic().learner_may_cross(crossing, ahead.line);
}

void see_bends(const World& world, RoadAhead& ahead) {
  const Route& route = world.route();
  float before = -route.s();
  for (std::size_t k = static_cast<std::size_t>(route.index()); k < route.lanes().size(); ++k) {
    const LaneFacts& f = world.network().lane(route.lanes()[k]);
    const float way = std::max(0.0f, before);
    ahead.bend_speed = std::min(ahead.bend_speed, std::sqrt(f.speed * f.speed + 2 * 1.5f * way));
    before += f.length;
    if (before > looked_ahead) break;
  }
}

void see_siren(const World& world, RoadAhead& ahead) {
  for (const World::Neighbour& n : world.neighbours()) {
    if (!world.traffic().siren(n.vehicle)) continue;
    const Vec2 to = world.car().position - n.box.centre;
    const float passed = n.box.half_length + world.vehicle().shape.length / 2 + 1;
    if (dot(to, n.box.ahead) < -passed || dot(n.box.ahead, direction(world.car().heading)) < 0.3f)
      continue;
    if (std::abs(cross(n.box.ahead, to)) > 8) continue;
    ahead.siren = std::min(ahead.siren, length(to));
  }
}

}  // namespace

RoadAhead look_along(const World& world, bool occluded) {
  RoadAhead ahead;
  see_leader(world, occluded, ahead);
  see_cutting_in(world, occluded, ahead);
  see_people(world, occluded, ahead);
  see_crossing(world, ahead);
  see_bends(world, ahead);
  see_siren(world, ahead);
  return ahead;
}

RoadAhead look_at_line(const World& world) {
  RoadAhead ahead;
  see_line(world, ahead);
  see_bends(world, ahead);
  return ahead;
}

float kerb_offset(const World& world) { return world.map().left_hand_traffic ? 0.7f : -0.7f; }

DriverPlan plan_by_rules(const World& world) {
  const RoadAhead ahead = look_along(world);
  const float v = std::max(world.car().forward, 0.0f);
  const Idm idm = class_of(VehicleKind::learner).idm;
  float limit = std::min(ahead.bend_speed, world.limit());
  DriverPlan plan;
  if (ahead.siren < 30) {  // to the kerb, slowly
    limit = std::min(limit, 2.5f);
    plan.offset = kerb_offset(world);
  }
  float pressure = 0;
  const auto press = [&](float gap, float speed) {
    pressure = std::max(pressure, idm_pressure(idm, v, gap, v - speed));
  };
  if (ahead.leader < RoadAhead::far) press(ahead.leader, ahead.leader_speed);
  if (ahead.person < RoadAhead::far) press(ahead.person, 0);
  const float stopping = v * v / (2 * braking);
  if (ahead.line < stopping + v + 5 && !ahead.may_cross && v * v / (2 * 4.5f) < ahead.line + 1)
    press(ahead.line + 1, 0);
  if (ahead.must_stop && !world.stopped_at_line() && v * v / (2 * 4.5f) < ahead.line + 1)
    press(ahead.line + 1, 0);
  plan.acceleration = idm_acceleration(idm, idm_freedom(idm, v, std::max(limit, 0.5f)), pressure);
  return plan;
}

Controls controls_for(const World& world, const DriverPlan& plan) {
  const VehicleState& car = world.car();
  const float v = std::max(car.forward, 0.0f);
  Controls controls;
  if (plan.acceleration >= 0)
    controls.throttle = std::min(1.0f, plan.acceleration / world.vehicle().engine + 0.01f * v);
  else
    controls.brake = std::min(1.0f, -plan.acceleration / world.vehicle().brake);
  // Pure pursuit of a point on the route, the longer ahead the faster it drives.
  const float reach = 3 + 0.45f * v;
  const Pose goal = world.route().ahead(world.map(), reach);
  const Vec2 point = goal.position + left_of(direction(goal.heading)) * plan.offset;
  const Vec2 axle = car.position - direction(car.heading) * (world.vehicle().shape.wheelbase / 2);
  const Vec2 to = point - axle;
  const float square = std::max(dot(to, to), 1.0f);
  const float curvature = 2 * cross(direction(car.heading), to) / square;
  const float angle = std::atan(world.vehicle().shape.wheelbase * curvature);
  controls.steering = std::clamp(angle / world.vehicle().largest_steering, -1.0f, 1.0f);
  return controls;
}

}  // namespace sandlot::city
