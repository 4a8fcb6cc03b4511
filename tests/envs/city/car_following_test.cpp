// The models of drivers against their closed forms.
#include <doctest/doctest.h>

#include <vector>

#include "envs/city/idm.h"
#include "envs/city/mobil.h"
#include "envs/city/traffic.h"
#include "tests/envs/city/maps.h"

using namespace sandlot;
using namespace sandlot::city;

TEST_CASE("idm: at the equilibrium gap nobody accelerates") {
  const Idm m;
  for (const double v : {0.0, 3.0, 8.0, 13.0}) {
    const auto gap = static_cast<float>(idm_equilibrium_gap(m, v, 13.9));
    CHECK(idm_acceleration(m, static_cast<float>(v), 13.9f, gap, 0) ==
          doctest::Approx(0).epsilon(1e-4));
    CHECK(idm_equilibrium_speed(m, static_cast<double>(gap), 13.9) ==
          doctest::Approx(v).epsilon(1e-3));
  }
  // Treiber, Hennecke & Helbing's figures for a free road and a queue: a at rest, s0 in a queue.
  CHECK(idm_acceleration(m, 0, 13.9f, 1e6f, 0) == doctest::Approx(m.acceleration).epsilon(1e-4));
  CHECK(idm_equilibrium_gap(m, 0, 13.9) == doctest::Approx(m.gap));
}

TEST_CASE("idm: braking to a stop takes no more than the comfortable deceleration") {
  const Idm m;
  float v = 13.9f, gap = 100, hardest = 0;
  for (int i = 0; i < 600; ++i) {
    const float a = idm_acceleration(m, v, 13.9f, gap, v);
    hardest = std::min(hardest, a);
    gap -= advance(v, a, 0.1f);
  }
  CHECK(v < 0.05f);
  CHECK(gap == doctest::Approx(m.gap).epsilon(0.1));
  CHECK(hardest > -1.3f * m.braking);
}

namespace {

// N cars on a ring of 1000 m: what flows after ten minutes, in vehicles per second.
double ring_flow(int cars, double& speed) {
  Traffic traffic;
  TrafficSettings settings;
  settings.vehicles = cars;
  settings.metres_each = 10;
  settings.vans = settings.buses = settings.bicycles = settings.speed_spread = 0;
  traffic.start(network_of(testing::ring(1000, 13.9f)), settings, 5);
  REQUIRE(traffic.size() == cars + 1);
  for (int t = 0; t < 12000; ++t) {
    traffic.begin_step();
    traffic.step(0.1f);
  }
  speed = 0;
  for (Id i = 1; i <= cars; ++i) speed += static_cast<double>(traffic.speed(i)) / cars;
  const double before = traffic.driven();
  for (int t = 0; t < 3000; ++t) {
    traffic.begin_step();
    traffic.step(0.1f);
  }
  return (traffic.driven() - before) / 300 / 1000;
}

}  // namespace

TEST_CASE("traffic: flow and density on a ring follow the fundamental diagram") {
  const Idm m = class_of(VehicleKind::car).idm;
  const float length = class_of(VehicleKind::car).length;
  for (const int cars : {10, 25, 40, 55, 70}) {
    CAPTURE(cars);
    const double gap = 1000.0 / cars - static_cast<double>(length);
    const double v = idm_equilibrium_speed(m, gap, 13.9);
    double speed = 0;
    const double flow = ring_flow(cars, speed);
    CHECK(speed == doctest::Approx(v).epsilon(0.02));
    CHECK(flow == doctest::Approx(cars * v / 1000).epsilon(0.02));
  }
}

TEST_CASE("mobil: an egoist changes where a polite driver stays") {
  // I would gain 1 m/s², the new follower would lose 1.5.
  LaneChange c;
  c.own_after = 1;
  c.new_follower_after = -1.5f;
  Mobil m;
  m.politeness = 0;
  CHECK(mobil_incentive(m, c) > 0);
  m.politeness = 0.5f;
  CHECK(mobil_incentive(m, c) == doctest::Approx(1 - 0.75 - 0.2));
  m.politeness = 1;
  CHECK(mobil_incentive(m, c) < 0);
  CHECK(mobil_safe(m, c));
  c.new_follower_after = -2.1f;  // harder than b_safe: nobody may, whatever it gains
  CHECK(!mobil_safe(m, c));
  // What the old follower gains counts as well.
  c.old_follower_after = 2;
  m.politeness = 0.5f;
  CHECK(mobil_incentive(m, c) == doctest::Approx(1 + 0.5 * (-2.1 + 2) - 0.2));
}

namespace {

int changes_in_ten_minutes(float politeness) {
  Traffic traffic;
  TrafficSettings settings;
  settings.vehicles = 40;
  settings.buses = settings.bicycles = 0;
  settings.speed_spread = 0.25;
  settings.mobil.politeness = politeness;
  traffic.start(network_of(testing::ring(1000, 13.9f, 2)), settings, 3);
  int changes = 0;
  std::vector<bool> was(static_cast<std::size_t>(traffic.size()));
  for (int t = 0; t < 6000; ++t) {
    traffic.begin_step();
    traffic.step(0.1f);
    for (Id i = 1; i < static_cast<Id>(traffic.size()); ++i) {
      const bool changing = traffic.changing_lane(i);
      changes += changing && !was[static_cast<std::size_t>(i)];
      was[static_cast<std::size_t>(i)] = changing;
    }
  }
  return changes;
}

}  // namespace

TEST_CASE("traffic: polite drivers change lanes less") {
  const int egoists = changes_in_ten_minutes(0), polite = changes_in_ten_minutes(1);
  CHECK(egoists > 20);
  CHECK(polite < egoists);
}
