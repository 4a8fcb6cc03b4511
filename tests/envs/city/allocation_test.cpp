// Counts allocations by replacing operator new for this program.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "envs/city/city.h"

namespace {

std::atomic<long> allocations{0};

void* allocate(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
  return operator new(size, tag);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

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
