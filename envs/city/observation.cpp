#include "envs/city/observation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "envs/city/driver.h"
#include "envs/city/raster.h"

namespace sandlot::city {
namespace {

constexpr float pi = std::numbers::pi_v<float>;
constexpr float speed_scale = 20;                           // m/s
constexpr float siren_heard = 30;                           // m behind
constexpr std::array<float, 4> looked_at = {4, 8, 15, 30};  // m along the route

constexpr std::array<const char*, 6> line_names = {"line",      "red",          "yellow",
                                                   "stop_sign", "line_braking", "speed_room"};
constexpr std::array<const char*, ray_values> ray_names = {"vehicle", "pedestrian", "wall",
                                                           "parked", "closing"};
constexpr std::array<const char*, 19> own_names = {
    "speed",  "sideways_speed", "yaw_rate",  "acceleration", "steering",   "slip",       "limit",
    "offset", "heading",        "bearing_4", "bearing_8",    "bearing_15", "bearing_30", "bend_4",
    "bend_8", "bend_15",        "bend_30",   "remaining",    "rain"};
constexpr std::array<const char*, 28> feature_list = {
    "bend_speed",     "leader_gap",     "leader_speed",
    "person",         "line",           "red",
    "yellow",         "green",          "stop_sign",
    "way_free",       "conflict",       "siren",
    "other_near",     "other_ahead",    "other_left",
    "other_speed",    "off_road",       "wrong_way",
    "stopping_gap",   "beside",         "beside_aside",
    "beside_closing", "beside_waits",   "speed_room",
    "leader_braking", "person_braking", "line_braking",
    "siren_near"};

class Output {
 public:
  explicit Output(std::span<float> out) : out_(out) {}
  void add(float value) { out_[at_++] = std::clamp(value, -1.0f, 1.0f); }
  void add(bool value) { out_[at_++] = value ? 1.0f : 0.0f; }
  std::span<float> rest() const { return out_.subspan(at_); }

 private:
  std::span<float> out_;
  std::size_t at_ = 0;
};

void observe_own(const World& world, Output& out) {
  const VehicleState& car = world.car();
  const Route& route = world.route();
  out.add(car.forward / speed_scale);
  out.add(car.sideways / 5);
  out.add(car.yaw_rate / 2);
  out.add(car.acceleration / 8);
  out.add(car.steering / world.vehicle().largest_steering);
  out.add(car.slip);
  out.add(world.limit() / speed_scale);
  out.add(route.offset() / 4);
  out.add(route.heading_error() / pi);
  const Vec2 axis = direction(car.heading);
  std::array<float, looked_at.size()> bends;
  for (std::size_t k = 0; k < looked_at.size(); ++k) {
    const Pose pose = route.ahead(world.map(), looked_at[k]);
    const Vec2 to = pose.position - car.position;
    out.add(std::atan2(cross(axis, to), dot(axis, to)) / pi);
    bends[k] = wrap_angle(pose.heading - car.heading) / pi;
  }
  for (const float bend : bends) out.add(bend);
  out.add(static_cast<float>(route.remaining() / 500));
  out.add(world.settings().weather == Weather::rain);
}

bool visible(const World& world, Vec2 point) {
  return !world.settings().occlusion || world.surroundings().sees(world.car().position, point);
}

// What is left to the speed that bends and limits allow.
float speed_room(const World& world, const RoadAhead& ahead) {
  return (std::min(ahead.bend_speed, world.limit()) - std::max(world.car().forward, 0.0f)) / 8;
}

// The braking that just brings the car to a speed within a gap.
float braking_for(const World& world, float gap, float speed) {
  const float faster = std::max(world.car().forward - speed, 0.0f);
  return std::min(faster * faster / (2 * std::max(gap, 0.5f)), 8.0f) / 8;
}

void observe_features(const World& world, Output& out) {
  const RoadAhead ahead = look_along(world, world.settings().occlusion);
  const VehicleState& car = world.car();
  const float far = RoadAhead::far;
  out.add(ahead.bend_speed / speed_scale);
  out.add(ahead.leader / far);
  out.add((ahead.leader < far ? ahead.leader_speed - car.forward : 0) / speed_scale);
  out.add(ahead.person / 40);
  out.add(ahead.line / far);
  out.add(ahead.signal && ahead.light == Light::red);
  out.add(ahead.signal && ahead.light == Light::yellow);
  out.add(ahead.signal && ahead.light == Light::green);
  out.add(ahead.must_stop && !world.stopped_at_line());
  out.add(ahead.may_cross);
  out.add(ahead.conflict / 10);
  out.add(ahead.siren / far);
  const World::Neighbour* nearest = nullptr;
  float best = 60;
  for (const auto& n : world.neighbours()) {
    const float away = distance(n.box.centre, car.position);
    if (away >= best || !visible(world, n.box.centre)) continue;
    best = away;
    nearest = &n;
  }
  out.add(best / 60);
  const Vec2 axis = direction(car.heading);
  const Vec2 to = nearest ? nearest->box.centre - car.position : Vec2{};
  out.add(dot(axis, to) / 60);
  out.add(cross(axis, to) / 60);
  out.add(nearest ? world.traffic().speed(nearest->vehicle) / speed_scale : 0.0f);
  out.add(world.off_road());
  out.add(world.wrong_way());
  // The least that is left to stop in, less what stopping takes at 4 m/s².
  float room = std::min(ahead.leader + ahead.leader_speed * ahead.leader_speed / 8, ahead.person);
  if (!ahead.may_cross || (ahead.must_stop && !world.stopped_at_line()))
    room = std::min(room, ahead.line);
  out.add((room - car.forward * car.forward / 8) / 40);
  out.add(ahead.beside / 40);
  out.add(ahead.beside_aside / 5);
  out.add(ahead.beside_closing / 2);
  out.add(ahead.beside_waits);
  // What is left to the speed that bends and limits allow, and the braking that keeps it just clear
  // of each thing ahead.
  out.add(speed_room(world, ahead));
  out.add(ahead.leader < far ? braking_for(world, ahead.leader - 1, ahead.leader_speed) : 0.0f);
  out.add(ahead.person < far ? braking_for(world, ahead.person - 1, 0) : 0.0f);
  const bool stops = !ahead.may_cross || (ahead.must_stop && !world.stopped_at_line());
  out.add(stops && ahead.line < far ? braking_for(world, ahead.line, 0) : 0.0f);
  out.add(ahead.siren < siren_heard);
}

// What rays and boxes of road users cannot tell: the next stop line, the light or sign there, the
// braking that they ask for, and how fast the street may be driven.
void observe_line(const World& world, Output& out) {
  const RoadAhead ahead = look_at_line(world);
  const bool shown = ahead.signal && ahead.line < RoadAhead::far;
  out.add(ahead.line / 50);
  out.add(shown && ahead.light == Light::red);
  out.add(shown && ahead.light == Light::yellow);
  const bool sign = ahead.must_stop && !world.stopped_at_line();
  out.add(sign);
  const bool stops = sign || (shown && ahead.light != Light::green);
  out.add(stops ? braking_for(world, ahead.line, 0) : 0.0f);
  out.add(speed_room(world, ahead));
}

void observe_lidar(const World& world, Output& out) {
  const LidarSettings& lidar = world.settings().lidar;
  const auto range = static_cast<float>(lidar.range);
  const VehicleState& car = world.car();
  const Vec2 ahead = direction(car.heading);
  const Vec2 velocity = ahead * car.forward + left_of(ahead) * car.sideways;
  for (int k = 0; k < lidar.rays; ++k) {
    const Vec2 ray = direction(car.heading + ray_angle(lidar, k));
    const RayHit hit = cast_ray(world, ray, range);
    const float nearness = 1 - hit.distance / range;
    for (const Seen what : {Seen::vehicle, Seen::pedestrian, Seen::building, Seen::parked})
      out.add(hit.what == what ? nearness : 0.0f);
    const bool moves = hit.what == Seen::vehicle || hit.what == Seen::pedestrian;
    out.add(moves ? dot(velocity - hit.velocity, ray) / speed_scale : 0.0f);
  }
}

void observe_kinematics(const World& world, ObservationScratch& scratch, Output& out) {
  const KinematicsSettings& settings = world.settings().kinematics;
  const VehicleState& car = world.car();
  const auto range = static_cast<float>(settings.range);
  auto& others = scratch.others;
  others.clear();
  const auto consider = [&](Vec2 centre, std::int32_t vehicle, std::int32_t person,
                            const Box& box) {
    const Vec2 to = centre - car.position;
    const float square = dot(to, to);
    if (square < range * range && visible(world, centre))
      others.push_back({square, vehicle, person, box});
  };
  for (const auto& n : world.neighbours()) consider(n.box.centre, n.vehicle, none, n.box);
  const Pedestrians& people = world.people();
  for (Id i = 0; i < static_cast<Id>(people.size()); ++i)
    consider(people.position(i), none, i, {people.position(i), {1, 0}, 0, 0});
  const auto count = std::min(others.size(), static_cast<std::size_t>(settings.nearest));
  std::partial_sort(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(count),
                    others.end(), [](const auto& a, const auto& b) { return a.square < b.square; });
  const Vec2 axis = direction(car.heading);
  const Vec2 own{car.forward, car.sideways};
  for (std::size_t k = 0; k < static_cast<std::size_t>(settings.nearest); ++k) {
    if (k >= count) {
      for (int i = 0; i < kinematics_values; ++i) out.add(0.0f);
      continue;
    }
    const auto& other = others[k];
    const bool person = other.person != none;
    const Vec2 velocity = person ? people.velocity(other.person)
                                 : other.box.ahead * world.traffic().speed(other.vehicle);
    Vec2 ahead = other.box.ahead;
    if (person && length(velocity) > 0.1f) ahead = velocity * (1 / length(velocity));
    const Vec2 to = other.box.centre - car.position;
    out.add(1.0f);
    out.add(dot(axis, to) / range);
    out.add(cross(axis, to) / range);
    out.add((dot(axis, velocity) - own.x) / speed_scale);
    out.add((cross(axis, velocity) - own.y) / speed_scale);
    out.add(dot(axis, ahead));
    out.add(cross(axis, ahead));
    const bool bicycle = !person && world.traffic().kind(other.vehicle) == VehicleKind::bicycle;
    const bool siren = !person && world.traffic().siren(other.vehicle);
    out.add(!person && !bicycle && !siren);
    out.add(bicycle);
    out.add(person);
    out.add(siren);
  }
}

}  // namespace

float ray_angle(const LidarSettings& lidar, int k) {
  const auto field = static_cast<float>(lidar.field) * pi / 180, at = static_cast<float>(k);
  if (lidar.field >= 360) return field * at / static_cast<float>(lidar.rays);
  return field * (at / static_cast<float>(lidar.rays - 1) - 0.5f);
}

RayHit cast_ray(const World& world, Vec2 ray, float range) {
  const Vec2 from = world.car().position;
  RayHit best = world.surroundings().cast(from, ray, range, world.parked());
  for (const auto& n : world.neighbours()) {
    const float reached = hit(n.box, from, ray, best.distance);
    if (reached < best.distance)
      best = {reached, Seen::vehicle, n.box.ahead * world.traffic().speed(n.vehicle)};
  }
  const Pedestrians& people = world.people();
  for (Id i = 0; i < static_cast<Id>(people.size()); ++i) {
    const float reached = hit(people.position(i), pedestrian_radius, from, ray, best.distance);
    if (reached < best.distance) best = {reached, Seen::pedestrian, people.velocity(i)};
  }
  return best;
}

Space observation_space(const CitySettings& settings) {
  const auto own = static_cast<int>(own_names.size());
  const auto lines = static_cast<int>(line_names.size());
  switch (settings.observation) {
    case ObservationKind::features:
      return Space::box({own + static_cast<int>(feature_list.size())}, -1, 1);
    case ObservationKind::lidar:
      return Space::box({own + lines + settings.lidar.rays * ray_values}, -1, 1);
    case ObservationKind::kinematics:
      return Space::box({own + lines + settings.kinematics.nearest * kinematics_values}, -1, 1);
    default:
      return Space::box({raster_planes, settings.raster.size, settings.raster.size}, 0, 1)
          .quantized(1.0f / 64);
  }
}

std::vector<std::string> observation_names(const CitySettings& settings) {
  if (settings.observation == ObservationKind::raster) return {};
  std::vector<std::string> names(own_names.begin(), own_names.end());
  if (settings.observation == ObservationKind::features)
    names.insert(names.end(), feature_list.begin(), feature_list.end());
  else
    names.insert(names.end(), line_names.begin(), line_names.end());
  if (settings.observation == ObservationKind::lidar)
    for (int k = 0; k < settings.lidar.rays; ++k)
      for (const char* name : ray_names) names.push_back("ray_" + std::to_string(k) + "_" + name);
  if (settings.observation == ObservationKind::kinematics)
    for (int k = 0; k < settings.kinematics.nearest; ++k)
      for (const char* name : {"present", "x", "y", "vx", "vy", "cos", "sin", "vehicle", "bicycle",
                               "pedestrian", "siren"})
        names.push_back("other_" + std::to_string(k) + "_" + name);
  return names;
}

void observe(const World& world, ObservationScratch& scratch, std::span<float> out) {
  if (world.settings().observation == ObservationKind::raster) return observe_raster(world, out);
  Output output(out);
  observe_own(world, output);
  switch (world.settings().observation) {
    case ObservationKind::features:
      return observe_features(world, output);
    case ObservationKind::lidar:
      observe_line(world, output);
      return observe_lidar(world, output);
    default:
      observe_line(world, output);
      return observe_kinematics(world, scratch, output);
  }
}

}  // namespace sandlot::city
