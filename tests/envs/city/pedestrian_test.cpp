// Pedestrians: the social force, and how they and traffic share a crossing.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "envs/city/pedestrians.h"
#include "envs/city/traffic.h"
#include "tests/envs/city/maps.h"

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
      for (Id i = 0; i < 12; ++i)
        hits += distance_to(box, people.position(i)) < pedestrian_radius;
    }
  }
  CHECK(hits == 0);
  CHECK(crossed > 200);
  CHECK(longest < 120);
  CHECK(traffic.driven() / 25 > 3000);
}

TEST_CASE("pedestrians: they keep apart") {
  // Of pairs within a metre, points thrown at random would be within 0.3 m in 9% of cases; here it
  // is 5%: they leave the kerb in groups.
  const Street street = street_with_zebra();
  const auto network = network_of(street.map);
  Traffic traffic;
  traffic.start(network, with(0), 1);
  Pedestrians people;
  people.start(network, 12, 8);
  int touching = 0, near = 0;
  for (int t = 0; t < 6000; ++t) {
    people.step(traffic, nullptr, {}, 0.1f);
    for (Id i = 0; i < 12; ++i) {
      for (Id k = i + 1; k < 12; ++k) {
        if (people.state(i) != PedestrianState::walking || people.state(k) != people.state(i))
          continue;
        if (std::abs(people.position(i).x) < 4) continue;  // crowded where they wait
        const float apart = distance(people.position(i), people.position(k));
        touching += apart < 0.3f;
        near += apart < 1;
      }
    }
  }
  CHECK(near > 500);
  CHECK(touching < 0.065 * near);
}
