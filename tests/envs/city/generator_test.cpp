// Generated towns: the same for the same seed, and good for every one.
#include <doctest/doctest.h>

#include <set>

#include "envs/city/map_generator.h"
#include "envs/city/network_builder.h"
#include "sim/core/archive.h"

using namespace sandlot;
using namespace sandlot::city;

namespace {

std::vector<std::byte> bytes_of(const CityMap& map) {
  Writer out;
  map.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

const TownKind kinds[] = {TownKind::grid, TownKind::radial, TownKind::organic};

}  // namespace

TEST_CASE("200 seeds of each kind make good towns") {
  int signals = 0, roundabouts = 0, towns = 0;
  for (const TownKind kind : kinds)
    for (Seed seed = 0; seed < 200; ++seed) {
      CAPTURE(static_cast<int>(kind));
      CAPTURE(seed);
      TownSettings settings;
      settings.kind = kind;
      settings.size = 300 + 4 * static_cast<double>(seed % 100);
      settings.density = static_cast<double>(seed % 11) / 10;
      settings.left_hand_traffic = seed % 4 == 3;
      const auto m = generate_town(settings, seed);
      const auto problems = m->validate(3);
      CHECK_MESSAGE(problems.empty(), (problems.empty() ? "" : problems[0]));
      CHECK(m->lanes.size() > 40);
      CHECK(m->crossings.size() > 5);
      signals += !m->programs.empty();
      bool round = false;
      for (const Lane& lane : m->lanes)
        round = round || (lane.internal() && lane.control == Control::roundabout);
      roundabouts += round;
      ++towns;
    }
  // Some small towns have neither.
  CHECK(signals > towns / 2);
  CHECK(roundabouts > towns / 2);
}

TEST_CASE("the same seed gives the same bytes, another one another town") {
  for (const TownKind kind : kinds) {
    TownSettings settings;
    settings.kind = kind;
    settings.size = 400;
    const auto once = bytes_of(*generate_town(settings, 11));
    CHECK(once == bytes_of(*generate_town(settings, 11)));
    CHECK(once != bytes_of(*generate_town(settings, 12)));
    settings.density = 0.1;
    CHECK(once != bytes_of(*generate_town(settings, 11)));
  }
}

TEST_CASE("size and density do what they say") {
  const auto town = [](double size, double density) {
    TownSettings settings;
    settings.size = size;
    settings.density = density;
    return generate_town(settings, 4);
  };
  const auto small = town(300, 0.6), large = town(900, 0.6);
  CHECK(large->lanes.size() > 4 * small->lanes.size());
  const auto extent = large->bounds.high - large->bounds.low;
  CHECK(extent.x > 700);
  CHECK(extent.x < 1100);
  CHECK(town(500, 0.9)->buildings.size() > town(500, 0.1)->buildings.size() * 3 / 2);
}

TEST_CASE("houses stand neither on streets nor in each other") {
  TownSettings settings;
  settings.kind = TownKind::organic;
  settings.size = 500;
  settings.density = 1;
  const auto m = generate_town(settings, 8);
  REQUIRE(m->buildings.size() > 100);
  for (const Building& building : m->buildings)
    for (const Vec2 corner : m->outline(building.outline)) {
      const auto lane = m->nearest_lane(corner, 12);
      if (lane) CHECK(lane->distance > m->lanes[static_cast<std::size_t>(lane->lane)].width / 2);
      for (const Building& other : m->buildings)
        if (&other != &building) CHECK_FALSE(inside(m->outline(other.outline), corner));
    }
}
