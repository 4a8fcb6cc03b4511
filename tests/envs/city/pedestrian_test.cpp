// Pedestrians: the social force, and how they and traffic share a crossing.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "envs/city/pedestrians.h"
#include "envs/city/traffic.h"
#include "tests/envs/city/maps.h"
#include "tests/envs/city/traffic_watch.h"

using namespace sandlot;
using namespace sandlot::city;

namespace {

TrafficSettings with(int vehicles) {
  TrafficSettings settings;
  settings.vehicles = vehicles;
  return settings;
}

// A round of one lane with a zebra across it at 300 m, and footways on both sides of it.
struct Street {
  std::shared_ptr<const CityMap> map;
  Id crossing = none;
};

Street street_with_zebra() {
  testing::MapMaker maker;
  const Id x = maker.add_intersection({0, 0});
  const Id lane = maker.add_road(
      x, x, {{-300, 0}, {300, 0}, {340, 40}, {300, 80}, {-300, 80}, {-340, 40}, {-310, 8}}, 13.9f);
  maker.add_internal(lane, lane, Control::priority, Turn::straight);
  const Id zebra = maker.add_crossing({0, -3}, {0, 3}, {{lane, 300}});
  CityMap& map = maker.map();
  const auto path = [&](Id from, std::initializer_list<Vec2> points) {
    const auto first = static_cast<std::uint32_t>(map.outline_points.size());
    map.outline_points.insert(map.outline_points.end(), points);
    const auto end = static_cast<Id>(map.foot_nodes.size());
    map.foot_nodes.emplace_back().position = *(points.end() - 1);
    map.foot_edges.push_back(
        {.from = from, .to = end, .points = {first, static_cast<std::uint32_t>(points.size())}});
  };
  path(0, {{0, -3}, {30, -3}});
  path(1, {{0, 3}, {-30, 3}});
  return {maker.finish([](const CityMap&, Id, Id) { return false; }), zebra};
}

}  // namespace

TEST_CASE("pedestrians: alone they reach the speed they want") {
  const Street street = street_with_zebra();
  Traffic traffic;
  const auto network = network_of(street.map);
  traffic.start(network, with(0), 1);
  Pedestrians people;
  people.start(network, 1, 3);
  REQUIRE(people.size() == 1);
  float fastest = 0;
  for (int t = 0; t < 300; ++t) {
    people.step(traffic, nullptr, {}, 0.1f);
    fastest = std::max(fastest, length(people.velocity(0)));
  }
  CHECK(fastest > 0.8f);
  CHECK(fastest < 1.3f * 1.9f);
}

TEST_CASE("pedestrians: cars wait for them at a zebra, nobody is hit, and both get on") {
  const Street street = street_with_zebra();
  const auto network = network_of(street.map);
  Traffic traffic;
  traffic.start(network, with(25), 2);
  Pedestrians people;
  people.start(network, 12, 4);
  int hits = 0, crossed = 0;
  float longest = 0;
  std::vector<PedestrianState> was(12, PedestrianState::walking);
  for (int t = 0; t < 18000; ++t) {
    traffic.begin_step();
    people.announce(traffic);
    traffic.step(0.1f);
    people.step(traffic, nullptr, {}, 0.1f);
    for (Id i = 0; i < 12; ++i) {
      PedestrianState& last = was[static_cast<std::size_t>(i)];
      crossed += last == PedestrianState::crossing && people.state(i) != last;
      last = people.state(i);
    }
    for (Id w = 1; w < static_cast<Id>(traffic.size()); ++w) {
      longest = std::max(longest, traffic.standing(w));
      const Box box = Box::of(traffic.body(w), traffic.vehicle_length(w), traffic.vehicle_width(w));
      for (Id i = 0; i < 12; ++i) hits += distance_to(box, people.position(i)) < pedestrian_radius;
    }
  }
  CHECK(hits == 0);
  CHECK(crossed > 200);
  CHECK(longest < 120);
  CHECK(traffic.driven() / 25 > 3000);
}

TEST_CASE("pedestrians: they keep apart") {
  // How often two who are within a metre are within 0.3 m, beside how often that would be were they
  // blind to each other: the same walks, a minute apart. Without the force between them both shares
  // are alike (0.298 and 0.297); with it 0.044 to 0.053 and 0.191 to 0.201 on five seeds.
  const Street street = street_with_zebra();
  const auto network = network_of(street.map);
  Traffic traffic;
  traffic.start(network, with(0), 1);
  Pedestrians people;
  people.start(network, 12, 8);
  constexpr int steps = 20000, apart_in_time = 600;
  struct Place {
    Vec2 at;
    bool counts = false;
  };
  std::vector<std::array<Place, 12>> walks;
  for (int t = 0; t < steps; ++t) {
    people.step(traffic, nullptr, {}, 0.1f);
    std::array<Place, 12> now;
    for (Id i = 0; i < 12; ++i)  // not where they wait, nor just beside it: crowded
      now[static_cast<std::size_t>(i)] = {
          people.position(i),
          people.state(i) == PedestrianState::walking && std::abs(people.position(i).x) > 4};
    walks.push_back(now);
  }
  const auto share_of_touching = [&](int later) {
    int touching = 0, near = 0;
    for (int t = 0; t + later < steps; ++t)
      for (std::size_t i = 0; i < 12; ++i)
        for (std::size_t k = 0; k < 12; ++k) {
          const Place& a = walks[static_cast<std::size_t>(t)][i];
          const Place& b = walks[static_cast<std::size_t>(t + later)][k];
          if (i == k || !a.counts || !b.counts) continue;
          const float apart = distance(a.at, b.at);
          touching += apart < 0.3f;
          near += apart < 1;
        }
    CHECK(near > 2000);
    return static_cast<double>(touching) / near;
  };
  const double together = share_of_touching(0), blind = share_of_touching(apart_in_time);
  CHECK(together < 0.5 * blind);
}

TEST_CASE("pedestrians: some cross where there is no crossing, and drivers stop for them") {
  MapSettings settings;
  settings.file = "town";
  TrafficSettings traffic;
  traffic.vehicles = 100;
  const auto crossed = [&](double rate) {
    testing::TrafficWatch watch(Maps(settings).place(0), traffic, 100, 5, rate);
    int count = 0;
    std::vector<PedestrianState> was(100, PedestrianState::walking);
    for (int t = 0; t < 6000; ++t) {
      watch.run(0.1);
      for (Id i = 0; i < 100; ++i) {
        PedestrianState& last = was[static_cast<std::size_t>(i)];
        count += last == PedestrianState::jaywalking && watch.people().state(i) != last;
        last = watch.people().state(i);
      }
    }
    CHECK(watch.counts().hits == 0);
    CHECK(watch.counts().kilometres > 200);
    return count;
  };
  CHECK(crossed(0) == 0);
  const int seldom = crossed(0.2), often = crossed(2);
  CHECK(seldom > 10);
  CHECK(often > 4 * seldom);
}
