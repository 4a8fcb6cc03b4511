// Traffic at intersections: nobody is stuck, nobody drives into somebody else.
#include "envs/city/traffic.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "envs/city/shapes.h"
#include "sim/core/archive.h"
#include "tests/envs/city/maps.h"

using namespace sandlot;
using namespace sandlot::city;

namespace {

struct Observed {
  int collisions = 0;      // pairs of vehicles that begin to overlap
  float longest_wait = 0;  // s, without a red light ahead of it or of those before it
  double kilometres = 0;
};

// Whether it, or whoever it stands behind in its lane, is before a red light.
bool red_ahead(const Traffic& traffic, Id i) {
  for (Id w = i; w != none; w = traffic.ahead(w))
    if (traffic.at_red(w)) return true;
  return false;
}

Observed watch(Traffic& traffic, double seconds) {
  Observed seen;
  const auto n = static_cast<std::size_t>(traffic.size());
  std::vector<Box> boxes(n);
  std::vector<float> waits(n);
  std::vector<std::uint8_t> touching(n * n);
  const double before = traffic.driven();
  for (int t = 0; t < static_cast<int>(seconds * 10); ++t) {
    traffic.begin_step();
    traffic.step(0.1f);
    if (t % 5 != 0) continue;
    for (std::size_t i = 1; i < n; ++i) {
      const auto id = static_cast<Id>(i);
      // A hand's breadth less than the bodies: rounding of their corners.
      boxes[i] = Box::of(traffic.body(id), traffic.vehicle_length(id) - 0.2f,
                         traffic.vehicle_width(id) - 0.2f);
      waits[i] = traffic.speed(id) < 0.1f && !red_ahead(traffic, id) ? waits[i] + 0.5f : 0;
      seen.longest_wait = std::max(seen.longest_wait, waits[i]);
    }
    for (std::size_t i = 1; i < n; ++i) {
      for (std::size_t j = i + 1; j < n; ++j) {
        const bool touch = overlap(boxes[i], boxes[j]);
        seen.collisions += touch && touching[i * n + j] == 0;
        touching[i * n + j] = touch;
      }
    }
  }
  seen.kilometres = (traffic.driven() - before) / 1000;
  return seen;
}

}  // namespace

TEST_CASE("traffic: an hour in a grid neither blocks nor collides") {
  for (const Control control : {Control::right_before_left, Control::signal, Control::stop}) {
    for (const int vehicles : {30, 110}) {
      CAPTURE(static_cast<int>(control));
      CAPTURE(vehicles);
      Traffic traffic;
      TrafficSettings settings;
      settings.vehicles = vehicles;
      settings.metres_each = 10;
      traffic.start(network_of(testing::grid(4, 90, control)), settings, 7);
      CHECK(traffic.size() > vehicles * 9 / 10);
      // 110 on these 48 lanes of 72 m are dense: a queue of them would fill a third of all lanes.
      for (int part = 0; part < 6; ++part) {
        CAPTURE(part);
        const Observed seen = watch(traffic, 600);
        CHECK(seen.collisions == 0);
        CHECK(seen.longest_wait < 300);
        CHECK(seen.kilometres / vehicles > (vehicles < 50 ? 2.5 : 1.2));  // in ten minutes
      }
      CHECK(traffic.overruns() == 0);
    }
  }
}

TEST_CASE("traffic: the saturation flow at a signal is that of headway and queue") {
  // A queue of cars on a street of 400 m before a light that turns green: the time between fronts
  // at the line, from the fourth car on, lies between the model's shortest headway T + (s0 + l)/v0
  // and what handbooks give, 1.8 to 2.2 s (HCM: 1,900 vehicles per hour and lane).
  testing::MapMaker maker;
  const Id x = maker.add_intersection({0, 0}), y = maker.add_intersection({900, 0});
  const Id in = maker.add_road(y, x, {{-400, 0}, {-10, 0}}, 13.9f);
  const Id out = maker.add_road(
      x, y, {{10, 0}, {500, 0}, {700, 200}, {0, 600}, {-600, 200}, {-420, 0}}, 13.9f);
  const Id over = maker.add_internal(in, out, Control::signal, Turn::straight, 0);
  maker.add_internal(out, in, Control::priority, Turn::straight);
  maker.add_signals(x, {{120, {Light::red}}, {60, {Light::green}}, {3, {Light::yellow}}});
  Traffic traffic;
  TrafficSettings settings;
  settings.vehicles = 60;
  settings.metres_each = 10;
  settings.vans = settings.buses = settings.bicycles = settings.speed_spread = 0;
  traffic.start(network_of(maker.finish([](const CityMap&, Id, Id) { return false; })), settings,
                1);
  std::vector<double> crossings;
  std::vector<Id> was(static_cast<std::size_t>(traffic.size()), none);
  for (int t = 0; t < 1800; ++t) {
    traffic.begin_step();
    traffic.step(0.1f);
    for (Id i = 1; i < static_cast<Id>(traffic.size()); ++i) {
      Id& last = was[static_cast<std::size_t>(i)];
      if (last == in && traffic.lane(i) != in) {
        CHECK(traffic.light(over) != Light::red);
        if (traffic.time() > 120) crossings.push_back(traffic.time());
      }
      last = traffic.lane(i);
    }
  }
  REQUIRE(crossings.size() > 12);
  const double headway = (crossings[11] - crossings[3]) / 8;
  CHECK(headway > 1.6);
  CHECK(headway < 2.3);
}

TEST_CASE("traffic: the same seed gives the same bytes, and a loaded one goes on alike") {
  const auto network = network_of(testing::grid(3, 80, Control::right_before_left));
  TrafficSettings settings;
  settings.vehicles = 40;
  settings.sirens = 1;
  const auto run = [](Traffic& traffic, int steps) {
    for (int t = 0; t < steps; ++t) {
      traffic.begin_step();
      traffic.step(0.1f);
    }
    Writer out;
    traffic.save(out);
    return std::vector<std::byte>(out.bytes().begin(), out.bytes().end());
  };
  Traffic a, b;
  a.start(network, settings, 11);
  b.start(network, settings, 11);
  const auto middle = run(a, 500);
  CHECK(middle == run(b, 500));
  Traffic c;
  c.start(network, settings, 99);
  Reader in(middle);
  c.load(in);
  CHECK(in.remaining() == 0);
  CHECK(run(c, 800) == run(a, 800));
  // Damage is found.
  int refused = 0;
  Random random(4);
  for (int k = 0; k < 200; ++k) {
    auto bytes = middle;
    bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] ^= std::byte{0x80};
    Traffic d;
    d.start(network, settings, 99);
    Reader damaged(bytes);
    try {
      d.load(damaged);
      run(d, 20);
    } catch (const ArchiveError&) {
      ++refused;
    }
  }
  CHECK(refused > 100);
}
