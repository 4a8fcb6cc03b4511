// What a step allocates.
#include <doctest/doctest.h>

#include "envs/city/city.h"
#include "tests/allocations.h"

using namespace sandlot;
using namespace sandlot::city;

TEST_CASE("city: a step allocates nothing") {
  for (const ObservationKind kind : {ObservationKind::features, ObservationKind::lidar,
                                     ObservationKind::kinematics, ObservationKind::raster}) {
    CAPTURE(static_cast<int>(kind));
    CitySettings settings;
    settings.observation = kind;
    settings.task = Task::free_roam;
    settings.autopilot = true;
    settings.ends.collision = false;
    settings.traffic.sirens = 1;
    settings.map.generator.seeds = {0, 1};
    City env(settings);
    env.reset(1);
    std::vector<float> seen(env.spec().observation.size());
    EventSink events;
    for (int k = 0; k < 32; ++k) events.add("warm", 0);  // the first one may come late
    const auto run = [&](int steps) {
      for (int t = 0; t < steps; ++t) {
        env.step({.index = 0, .values = {}});
        env.observe(seen);
        events.clear();
        env.events(events);
      }
    };
    run(3000);
    const long before = allocations;
    run(1500);
    CHECK(allocations - before == 0);
  }
}
