// Steps per second of the city with the learner, 50 vehicles and 50 people, for each observation, and
// vehicle updates per second of background traffic alone.
#include <benchmark/benchmark.h>

#include <vector>

#include "envs/city/city.h"
#include "envs/city/city_maps.h"

namespace {

using namespace sandlot;
using namespace sandlot::city;

CitySettings settings_for(ObservationKind observation, CarModel car) {
  CitySettings settings;
  settings.observation = observation;
  settings.car = car;
  settings.task = Task::free_roam;
  settings.autopilot = false;
  settings.ends.collision = false;
  settings.ends.off_route = 1e6;
  settings.ends.blocked = 1e9;
  settings.map.generator.size = 600;
  settings.map.generator.seeds = {0, 1};
  return settings;
}

void learner(benchmark::State& state, ObservationKind observation, CarModel car) {
  City env(settings_for(observation, car));
  std::vector<float> values(env.spec().observation.size());
  env.reset(1);
  // The driver's choices, kept for half a second, so that it gets about as a learner does.
  std::int32_t action = 7;
  std::int64_t t = 0;
  for (auto _ : state) {
    if (t++ % 50 == 0) {
      state.PauseTiming();
      if (t % 2000 == 1) env.reset(static_cast<Seed>(t));
      action = env.advised_action();
      state.ResumeTiming();
    }
    const StepResult result = env.step({.index = action, .values = {}});
    env.observe(values);
    benchmark::DoNotOptimize(values.data());
    benchmark::DoNotOptimize(result);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(learner, features, ObservationKind::features, CarModel::tyres);
BENCHMARK_CAPTURE(learner, features_kinematic, ObservationKind::features, CarModel::kinematic);
BENCHMARK_CAPTURE(learner, lidar, ObservationKind::lidar, CarModel::tyres);
BENCHMARK_CAPTURE(learner, kinematics, ObservationKind::kinematics, CarModel::tyres);
BENCHMARK_CAPTURE(learner, raster, ObservationKind::raster, CarModel::tyres);

void traffic(benchmark::State& state) {
  MapSettings map;
  map.generator.size = 2000;
  TrafficSettings settings;
  settings.vehicles = static_cast<int>(state.range(0));
  Traffic cars;
  cars.start(Maps(map).place(1).network, settings, 1);
  for (int t = 0; t < 600; ++t) {  // a minute, until they have spread
    cars.begin_step();
    cars.step(0.1f);
  }
  for (auto _ : state) {
    cars.begin_step();
    cars.step(0.1f);
  }
  state.SetItemsProcessed(state.iterations() * (cars.size() - 1));
  state.counters["vehicles"] = cars.size() - 1;
}
BENCHMARK(traffic)->Arg(100)->Arg(1000);

}  // namespace
