#include "envs/city/city.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "envs/city/actions.h"
#include "envs/city/drawing.h"
#include "envs/city/driver.h"
#include "envs/city/reward.h"
#include "sim/core/archive.h"

namespace sandlot {
namespace {

using namespace city;

constexpr std::array<const char*, 17> metric_names = {"driving_score",
                                                      "route_share",
                                                      "pedestrian_hits_per_km",
                                                      "vehicle_hits_per_km",
                                                      "obstacle_hits_per_km",
                                                      "red_lights_run",
                                                      "lights_passed",
                                                      "siren_meetings",
                                                      "sirens_hindered",
                                                      "yield_share",
                                                      "mean_speed",
                                                      "penalty",
                                                      "km",
                                                      "pedestrians_hit",
                                                      "idle",
                                                      "off_route",
                                                      "blocked"};

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
  describe_actions(settings_.actions, spec_);
  spec_.gives_advice = spec_.action.is_discrete();
  const TrafficDensity& traffic = settings_.traffic;
  scratch_.others.reserve(
      static_cast<std::size_t>(traffic.vehicles + traffic.pedestrians + traffic.sirens + 8));
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

StepResult City::step(Action action) {
  world_.step(settings_.autopilot ? advice() : controls_of(world_, action));
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
  const auto ended = [&](Outcome how) { return world_.outcome() == how ? 1.0 : 0.0; };
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
                                                          t.seconds > 0 ? t.metres / t.seconds : 0,
                                                          t.penalty(),
                                                          t.metres / 1000,
                                                          static_cast<double>(t.pedestrians),
                                                          t.idle,
                                                          ended(Outcome::off_route),
                                                          ended(Outcome::blocked)};
  std::copy(values.begin(), values.end(), out.begin());
}

void City::draw(Scene& scene) const { draw_world(world_, view_, scene); }

Controls City::advice() const { return controls_for(world_, plan_by_rules(world_)); }

std::int32_t City::advised_action() const {
  if (!spec_.gives_advice) no_advice(spec_);
  return nearest_action(world_, plan_by_rules(world_));
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
