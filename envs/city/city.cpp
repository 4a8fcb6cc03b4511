#include "envs/city/city.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "envs/city/drawing.h"
#include "envs/city/driver.h"
#include "envs/city/reward.h"
#include "sim/core/archive.h"

namespace sandlot {
namespace {

using namespace city;

constexpr std::array<float, 5> wheel = {0.7f, 0.15f, 0, -0.15f, -0.7f};
constexpr std::array<const char*, 5> wheel_names = {"sharp left", "left", "straight", "right",
                                                    "sharp right"};
constexpr std::array<const char*, 5> wheel_keys = {"left", "left z", "", "right", "right z"};
constexpr std::array<const char*, 3> pedal_names = {"brake", "roll", "throttle"};
constexpr std::array<const char*, 3> pedal_keys = {"down", "", "up"};
constexpr float pedal_brake = 0.5f, pedal_throttle = 0.6f;
constexpr std::array<const char*, 11> metric_names = {"driving_score",
                                                      "route_share",
                                                      "pedestrian_hits_per_km",
                                                      "vehicle_hits_per_km",
                                                      "obstacle_hits_per_km",
                                                      "red_lights_run",
                                                      "lights_passed",
                                                      "siren_meetings",
                                                      "sirens_hindered",
                                                      "yield_share",
                                                      "mean_speed"};

std::string joined(std::string a, std::string_view b) {
  if (!a.empty() && !b.empty()) a += ' ';
  return a.append(b);
}

Controls discrete_controls(std::int32_t index) {
  Controls controls;
  controls.steering = wheel[static_cast<std::size_t>(index / 3)];
  controls.brake = index % 3 == 0 ? pedal_brake : 0;
  controls.throttle = index % 3 == 2 ? pedal_throttle : 0;
  return controls;
}

}  // namespace

City::City(const Settings& settings) : settings_(settings), maps_(settings.map), world_(settings) {
  describe();
}

City::City(const Settings& settings, std::shared_ptr<const CityMap> map)
    : settings_(settings), maps_(std::move(map)), world_(settings) {
  describe();
}

void City::describe() {
  spec_.name = "city";
  spec_.observation = observation_space(settings_);
  spec_.observation_names = observation_names(settings_);
  if (settings_.actions == ActionKind::continuous) {
    spec_.action = Space::box({2}, -1, 1);
  } else {
    spec_.action = Space::discrete(static_cast<int>(wheel.size() * pedal_names.size()));
    for (std::size_t w = 0; w < wheel.size(); ++w) {
      for (std::size_t p = 0; p < pedal_names.size(); ++p) {
        spec_.action_names.push_back(joined(wheel_names[w], pedal_names[p]));
        spec_.action_keys.push_back(joined(wheel_keys[w], pedal_keys[p]));
      }
    }
  }
  spec_.has_goal = settings_.task == Task::route || settings_.task == Task::intersections ||
                   settings_.task == Task::emergency;
  spec_.step_limit = std::max(
      1, static_cast<int>(std::lround(settings_.time_limit / static_cast<double>(step_time))));
  spec_.reward_low = -std::numeric_limits<float>::infinity();
  spec_.reward_high = std::numeric_limits<float>::infinity();
  spec_.frames_per_second = 10;
  spec_.real_time = true;
  spec_.metrics.assign(metric_names.begin(), metric_names.end());
}

void City::enter(std::uint64_t map) { map_ = map; }

void City::reset(Seed seed) {
  enter(maps_.choose(seed));
  const Place place = maps_.place(map_);
  world_.start(place.network, place.surroundings, derive(seed, "city"));
  started_ = true;
}

Controls City::controls_of(const Action& action) const {
  if (settings_.autopilot) return drive_by_rules(world_);
  if (settings_.actions == ActionKind::discrete) return discrete_controls(action.index);
  Controls controls;
  controls.steering = action.values[0];
  controls.throttle = std::max(0.0f, action.values[1]);
  controls.brake = std::max(0.0f, -action.values[1]);
  return controls;
}

StepResult City::step(Action action) {
  world_.step(controls_of(action));
  return {static_cast<float>(reward_of(world_, settings_.reward)),
          world_.outcome() == Outcome::running ? Status::running : Status::terminated};
}

void City::observe(std::span<float> out) const { city::observe(world_, scratch_, out); }

void City::events(EventSink& sink) const {
  for (const Event event : world_.events()) sink.add(name_of(event), world_.car().speed());
}

void City::metrics(std::span<double> out) const {
  const Tally& t = world_.tally();
  const double km = std::max(t.metres / 1000, 0.01);
  const std::array<double, metric_names.size()> values = {world_.driving_score(),
                                                          world_.route_share(),
                                                          t.pedestrians / km,
                                                          t.vehicles / km,
                                                          t.obstacles / km,
                                                          static_cast<double>(t.red_lights),
                                                          static_cast<double>(t.lights_passed),
                                                          static_cast<double>(t.meetings),
                                                          static_cast<double>(t.not_yielded),
                                                          t.yield_share(),
                                                          t.seconds > 0 ? t.metres / t.seconds : 0};
  std::copy(values.begin(), values.end(), out.begin());
}

void City::draw(Scene& scene) const { draw_world(world_, view_, scene); }

Controls City::advice() const { return drive_by_rules(world_); }

std::int32_t City::advised_action() const {
  const Controls wanted = advice();
  std::int32_t best = 0;
  float least = 1e9f;
  for (std::int32_t k = 0; k < static_cast<std::int32_t>(wheel.size() * pedal_names.size()); ++k) {
    const Controls c = discrete_controls(k);
    const float turn = c.steering - wanted.steering;
    const float push = c.throttle - wanted.throttle, hold = c.brake - wanted.brake;
    const float apart = turn * turn + push * push + hold * hold;
    if (apart >= least) continue;
    least = apart;
    best = k;
  }
  return best;
}

void City::save(Writer& out) const {
  out.tag("city world");
  out.write(map_);
  out.write(started_);
  if (started_) world_.save(out);
}

void City::load(Reader& in) {
  in.expect_tag("city world");
  std::uint64_t map = 0;
  bool started = false;
  in.read(map);
  in.read(started);
  if (!maps_.valid(map)) in.fail("it was saved with other maps");
  if (started) {
    if (!started_ || map != map_) {
      const Place place = maps_.place(map);
      world_.start(place.network, place.surroundings, 0);
    }
    world_.load(in);
  }
  map_ = map;
  started_ = started;
}

}  // namespace sandlot
