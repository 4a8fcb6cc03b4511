// The map itself: queries against slow twins, routes, and what is saved.
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <queue>

#include "envs/city/map_file.h"
#include "envs/city/map_generator.h"
#include "envs/city/map_source.h"
#include "sim/core/archive.h"
#include "tests/envs/city/osm.h"
#include "tests/sim/experiment/helpers.h"

using namespace sandlot;
using namespace sandlot::city;
using doctest::Approx;

namespace {

const CityMap& town() {
  static const auto map = [] {
    ImportReport report;
    return open_map("town", DrivingSide::automatic, report);
  }();
  return *map;
}

std::vector<std::byte> bytes_of(const CityMap& map) {
  Writer out;
  map.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

}  // namespace

TEST_CASE("the town that travels with the program is whole and has something of everything") {
  const CityMap& m = town();
  CHECK(m.validate().empty());
  CHECK(m.programs.size() >= 2);
  const auto has = [&](Control control) {
    return std::any_of(m.lanes.begin(), m.lanes.end(), [control](const Lane& lane) {
      return lane.internal() && lane.control == control;
    });
  };
  CHECK(has(Control::roundabout));
  CHECK(has(Control::right_before_left));
  CHECK(has(Control::yield));
  CHECK(has(Control::signal));
  CHECK(std::any_of(m.lanes.begin(), m.lanes.end(), [](const Lane& l) { return l.layer == 1; }));
  CHECK(std::any_of(m.crossings.begin(), m.crossings.end(),
                    [](const Crossing& c) { return c.marked && c.program == none; }));
  CHECK(m.parking.size() > 100);
  CHECK(m.buildings.size() > 200);
}

TEST_CASE("poses along a lane: position, direction, offset, curvature") {
  const auto m = crossroads({{"highway", "residential"}}, {{"highway", "residential"}}).city();
  const auto place = m->nearest_lane({60, -1.5f}, 5, LaneFilter::road, 0.0f);
  REQUIRE(place);
  const Lane& lane = m->lanes[static_cast<std::size_t>(place->lane)];
  const Pose start = m->pose(lane, 0), later = m->pose(lane, 10, 2);
  CHECK(later.position.x - start.position.x == Approx(10).epsilon(1e-3));
  CHECK(later.position.y - start.position.y == Approx(2).epsilon(1e-3));
  CHECK(m->pose(lane, -5).position == start.position);
  CHECK(m->pose(lane, 1e9f).position == m->pose(lane, lane.length).position);
  // A left turn of 90°: its curvature adds up to the change of direction.
  const Lane* left = path_between(*m, {0, -100}, {-100, 0});
  REQUIRE(left != nullptr);
  float sum = 0;
  const int steps = 400;
  for (int k = 0; k < steps; ++k)
    sum += m->curvature(*left, left->length * (static_cast<float>(k) + 0.5f) / steps) *
           left->length / steps;
  CHECK(sum == Approx(1.5708).epsilon(0.1));
}

TEST_CASE("the nearest lane is the one that a search through all of them finds") {
  const CityMap& m = town();
  Random random(derive(1, "points"));
  for (int k = 0; k < 300; ++k) {
    const Vec2 p{static_cast<float>(random.uniform(-400, 450)),
                 static_cast<float>(random.uniform(-260, 260))};
    const auto heading = static_cast<float>(random.uniform(-3.14, 3.14));
    for (const bool directed : {false, true}) {
      const std::optional<float> wanted = directed ? std::optional<float>(heading) : std::nullopt;
      const auto found = m.nearest_lane(p, 30, LaneFilter::road, wanted);
      float best = std::numeric_limits<float>::max();
      for (std::size_t i = 0; i < m.lanes.size(); ++i) {
        if (m.lanes[i].internal()) continue;
        const LanePlace place = m.project(static_cast<Id>(i), p);
        float cost = place.distance;
        if (cost > 30) continue;
        if (directed) {
          const float turn = std::abs(wrap_angle(m.pose(m.lanes[i], place.s).heading - heading));
          if (turn > 1.5707963f) continue;
          cost += turn * 18 / 3.14159265f;
        }
        best = std::min(best, cost);
      }
      REQUIRE(found.has_value() == (best < 1e9f));
      if (!found) continue;
      float cost = found->distance;
      if (directed)
        cost += std::abs(wrap_angle(
                    m.pose(m.lanes[static_cast<std::size_t>(found->lane)], found->s).heading -
                    heading)) *
                18 / 3.14159265f;
      CHECK(cost == Approx(best).epsilon(1e-4));
    }
  }
}

TEST_CASE("routes are as fast as Dijkstra's without a bound, and can be driven") {
  const CityMap& m = town();
  const std::size_t n = m.lanes.size();
  Router router(m);
  Random random(derive(2, "routes"));
  std::vector<Id> route;
  for (int k = 0; k < 40; ++k) {
    const auto from = static_cast<Id>(random.below(static_cast<std::uint32_t>(n)));
    const auto to = static_cast<Id>(random.below(static_cast<std::uint32_t>(n)));
    REQUIRE(router.find(from, to, route));
    CHECK(route.front() == from);
    CHECK(route.back() == to);
    double cost = 0;
    for (std::size_t i = 0; i + 1 < route.size(); ++i) {
      const Lane& lane = m.lanes[static_cast<std::size_t>(route[i])];
      const auto next = m.successors(lane);
      const bool onward = std::find(next.begin(), next.end(), route[i + 1]) != next.end();
      const bool beside = route[i + 1] == lane.left || route[i + 1] == lane.right;
      REQUIRE((onward || beside));
      cost += onward ? static_cast<double>(lane.length / lane.speed_limit)
                     : 3 + 60 / std::max(1.0, static_cast<double>(lane.length));
    }
    CHECK(cost == Approx(router.seconds()).epsilon(1e-4));
    std::vector<double> best(n, 1e18);
    using Entry = std::pair<double, Id>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
    open.push({0, from});
    best[static_cast<std::size_t>(from)] = 0;
    while (!open.empty()) {
      const auto [at, id] = open.top();
      open.pop();
      if (at > best[static_cast<std::size_t>(id)]) continue;
      const Lane& lane = m.lanes[static_cast<std::size_t>(id)];
      const auto relax = [&](Id next, double step) {
        if (next == none || at + step >= best[static_cast<std::size_t>(next)]) return;
        best[static_cast<std::size_t>(next)] = at + step;
        open.push({at + step, next});
      };
      const double change = 3 + 60 / std::max(1.0, static_cast<double>(lane.length));
      relax(lane.left, change);
      relax(lane.right, change);
      for (const Id next : m.successors(lane))
        relax(next, static_cast<double>(lane.length / lane.speed_limit));
    }
    CHECK(router.seconds() == Approx(best[static_cast<std::size_t>(to)]).epsilon(1e-4));
  }
}

TEST_CASE("a map that is saved and loaded is the same, byte for byte") {
  const TemporaryFolder folder;
  const auto path = folder / "town.city";
  write_map(path, town());
  const auto loaded = read_map(path);
  CHECK(bytes_of(*loaded) == bytes_of(town()));
  const auto place = loaded->nearest_lane({60, 3}, 20);
  REQUIRE(place);
  CHECK(place->lane == town().nearest_lane({60, 3}, 20)->lane);
}

TEST_CASE("damaged maps are refused, or are good maps") {
  const auto m = crossroads({{"highway", "residential"}}, {{"highway", "secondary"}},
                            {{"highway", "traffic_signals"}})
                     .city();
  const auto bytes = bytes_of(*m);
  Random random(derive(5, "damage"));
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    auto damaged = bytes;
    for (std::uint32_t edits = 1 + random.below(3); edits > 0; --edits)
      damaged[random.below(static_cast<std::uint32_t>(damaged.size()))] =
          static_cast<std::byte>(random.below(256));
    if (random.bernoulli(0.1))
      damaged.resize(random.below(static_cast<std::uint32_t>(bytes.size())));
    CityMap map;
    Reader in(damaged);
    try {
      map.load(in);
      CHECK(map.validate().empty());
    } catch (const ArchiveError&) {
      ++refused;
    }
  }
  CHECK(refused > 1500);
}

TEST_CASE("validate finds what is broken") {
  const auto good = crossroads({{"highway", "residential"}}, {{"highway", "secondary"}},
                               {{"highway", "traffic_signals"}})
                        .city();
  REQUIRE(good->validate().empty());
  const auto broken = [&](auto change) {
    CityMap map = *good;
    change(map);
    const auto problems = map.validate();
    return problems.empty() ? std::string() : problems[0];
  };
  CHECK(broken([](CityMap& m) { m.lanes[0].width = 0; }) ==
        "lane 0: has no right length, width or speed limit");
  CHECK(broken([](CityMap& m) { m.lanes[0].intersection = 99; }) ==
        "lane 0: has a road, intersection or neighbour that does not exist");
  CHECK(broken([](CityMap& m) { m.lanes[0].points.first = 0xfffffff0u; }) ==
        "lane 0: has fewer than two points");
  CHECK(broken([](CityMap& m) { m.lane_points[1].position.x += 5; }) ==
        "lane 0: its arc lengths do not fit its points");
  CHECK(broken([](CityMap& m) { m.links[0] = -7; }).find("do not exist") != std::string::npos);
  CHECK(broken([](CityMap& m) { m.signal_lights.assign(m.signal_lights.size(), Light::green); }) ==
        "signal program 0: paths that conflict are green together");
  CHECK(broken([](CityMap& m) { m.signal_lights.assign(m.signal_lights.size(), Light::red); }) ==
        "signal program 0: a light is never green");
  CHECK(broken([](CityMap& m) {
          for (Conflict& c : m.conflicts) c.must_yield = true;
        }).find("must each yield to the other") != std::string::npos);
  CHECK(broken([](CityMap& m) { m.crossings[0].cuts.count = 0; }) == "crossing 0: crosses nothing");
}
