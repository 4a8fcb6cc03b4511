// Small junctions whose lanes, turns and right of way are known.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/envs/city/osm.h"

using namespace sandlot;
using namespace sandlot::city;
using doctest::Approx;

namespace {

const Vec2 west{-100, 0}, east{100, 0}, south{0, -100}, north{0, 100};
const Tags residential{{"highway", "residential"}};
const Tags secondary{{"highway", "secondary"}};

// Whether the first path lets the second pass where they conflict; they must conflict.
bool yields(const CityMap& m, const Lane* a, const Lane* b) {
  REQUIRE(a != nullptr);
  REQUIRE(b != nullptr);
  for (const Conflict& c : m.conflicts_of(*a))
    if (&m.lanes[static_cast<std::size_t>(c.lane)] == b) return c.must_yield;
  FAIL("the paths do not conflict");
  return false;
}

bool conflict(const CityMap& m, const Lane* a, const Lane* b) {
  const auto all = m.conflicts_of(*a);
  return std::any_of(all.begin(), all.end(), [&](const Conflict& c) {
    return &m.lanes[static_cast<std::size_t>(c.lane)] == b;
  });
}

int road_lanes(const CityMap& m) {
  return static_cast<int>(std::count_if(m.lanes.begin(), m.lanes.end(),
                                        [](const Lane& lane) { return !lane.internal(); }));
}

}  // namespace

TEST_CASE(
    "a crossroads of two plain streets has all twelve ways through, and dead ends turn back") {
  const auto m = crossroads(residential, residential).city();
  CHECK(m->validate().empty());
  CHECK(m->roads.size() == 8);
  CHECK(road_lanes(*m) == 8);
  CHECK(m->intersections.size() == 5);
  int turns[turn_count] = {};
  for (const Lane& lane : m->lanes)
    if (lane.internal()) ++turns[static_cast<int>(lane.turn)];
  CHECK(turns[static_cast<int>(Turn::straight)] == 4);
  CHECK(turns[static_cast<int>(Turn::left)] == 4);
  CHECK(turns[static_cast<int>(Turn::right)] == 4);
  CHECK(turns[static_cast<int>(Turn::u_turn)] == 4);  // at the dead ends
}

TEST_CASE("traffic keeps to the right, or to the left by country or by setting") {
  const auto side_of = [](const CityMap& m) {
    const auto place = m.nearest_lane({60, 0}, 20, LaneFilter::road, 0.0f);  // to the east
    REQUIRE(place);
    return m.pose(m.lanes[static_cast<std::size_t>(place->lane)], place->s).position.y;
  };
  const auto right = crossroads(residential, residential).city();
  CHECK_FALSE(right->left_hand_traffic);
  CHECK(side_of(*right) == Approx(-1.5).epsilon(0.05));
  const auto left = crossroads(residential, residential, {}, 51.5, -0.1).city();
  CHECK(left->left_hand_traffic);
  CHECK(left->validate().empty());
  CHECK(side_of(*left) == Approx(1.5).epsilon(0.05));
  CHECK_FALSE(crossroads(residential, residential, {}, 51.5, -0.1)
                  .city(DrivingSide::right)
                  ->left_hand_traffic);
  const Tags signed_left{{"highway", "residential"}, {"driving_side", "left"}};
  CHECK(crossroads(signed_left, residential).city()->left_hand_traffic);
}

TEST_CASE("right before left among small streets") {
  const auto m = crossroads(residential, residential).city();
  const Lane* northward = path_between(*m, south, north);
  const Lane* westward = path_between(*m, east, west);
  const Lane* eastward = path_between(*m, west, east);
  CHECK(northward->control == Control::right_before_left);
  CHECK(yields(*m, northward, westward));  // which comes from its right
  CHECK_FALSE(yields(*m, westward, northward));
  CHECK_FALSE(yields(*m, northward, eastward));
  CHECK(yields(*m, eastward, northward));
  CHECK_FALSE(conflict(*m, eastward, westward));
  // A left turn lets oncoming traffic pass.
  const Lane* left = path_between(*m, south, west);
  CHECK(left->turn == Turn::left);
  CHECK(yields(*m, left, path_between(*m, north, south)));
}

TEST_CASE("the larger street goes first") {
  const auto m = crossroads(secondary, residential).city();
  const Lane* main = path_between(*m, west, east);
  const Lane* side = path_between(*m, south, north);
  CHECK(main->control == Control::priority);
  CHECK(side->control == Control::yield);
  CHECK(yields(*m, side, main));
  CHECK_FALSE(yields(*m, main, side));
}

TEST_CASE("stop and give-way signs, with their directions") {
  Osm osm;
  osm.node(1, -100, 0).node(2, 100, 0).node(3, 0, -100).node(4, 0, 100).node(5, 0, 0);
  osm.node(6, 0, -12, {{"highway", "stop"}, {"direction", "forward"}});
  osm.node(7, 0, 12, {{"highway", "give_way"}});
  osm.way(11, {1, 5, 2}, residential).way(12, {3, 6, 5, 7, 4}, residential);
  const auto m = osm.city();
  CHECK(path_between(*m, south, north)->control == Control::stop);
  CHECK(path_between(*m, north, south)->control == Control::yield);
  CHECK(path_between(*m, west, east)->control == Control::priority);
  CHECK(yields(*m, path_between(*m, south, north), path_between(*m, west, east)));
}

TEST_CASE("signals before the junction belong to it, and make one program") {
  Osm osm;
  osm.node(1, -100, 0).node(2, 100, 0).node(3, 0, -100).node(4, 0, 100).node(5, 0, 0);
  const Tags light{{"highway", "traffic_signals"}};
  osm.node(6, -14, 0, light).node(7, 14, 0, light).node(8, 0, -14, light).node(9, 0, 14, light);
  osm.way(11, {1, 6, 5, 7, 2}, secondary).way(12, {3, 8, 5, 9, 4}, secondary);
  ImportReport report;
  const auto m = osm.city(report);
  REQUIRE(m->validate().empty());
  REQUIRE(m->programs.size() == 1);
  CHECK(path_between(*m, south, north)->control == Control::signal);
  CHECK(report.of("signals that belong to no junction, left out") == 0);
  // Never green together, over a whole cycle; each is green at some time.
  const SignalProgram& program = m->programs[0];
  const Lane* northward = path_between(*m, south, north);
  const Lane* westward = path_between(*m, east, west);
  int green[2] = {};
  for (double t = 0; t < static_cast<double>(program.cycle); t += 0.25) {
    const bool a = m->light(program, t, northward->signal_group) == Light::green;
    const bool b = m->light(program, t, westward->signal_group) == Light::green;
    CHECK_FALSE((a && b));
    green[0] += a;
    green[1] += b;
    const double next = m->until_change(program, t, northward->signal_group);
    CHECK(m->light(program, t + next + 1e-4, northward->signal_group) !=
          m->light(program, t, northward->signal_group));
    CHECK(m->light(program, t + next - 1e-4, northward->signal_group) ==
          m->light(program, t, northward->signal_group));
  }
  CHECK(green[0] > 20);
  CHECK(green[1] > 20);
}

TEST_CASE("a signalled crossing far from any junction stops the cars alone") {
  Osm osm;
  osm.node(1, -150, 0).node(2, 150, 0);
  osm.node(3, 0, 0, {{"highway", "crossing"}, {"crossing", "traffic_signals"}});
  osm.way(11, {1, 3, 2}, secondary);
  const auto m = osm.city();
  REQUIRE(m->validate().empty());
  REQUIRE(m->programs.size() == 1);
  REQUIRE(m->crossings.size() == 1);
  const SignalProgram& program = m->programs[0];
  const Lane* eastward = path_between(*m, {-150, 0}, {150, 0});
  REQUIRE(eastward != nullptr);
  bool walked = false;
  for (double t = 0; t < static_cast<double>(program.cycle); t += 0.25) {
    const bool walk = m->light(program, t, m->crossings[0].signal_group) == Light::green;
    walked = walked || walk;
    CHECK_FALSE((walk && m->light(program, t, eastward->signal_group) != Light::red));
  }
  CHECK(walked);
}

TEST_CASE("a roundabout is entered by who waits, and goes around counter-clockwise") {
  Osm osm;
  for (int k = 0; k < 12; ++k) {
    const double angle = k * 3.14159265 / 6;
    osm.node(20 + k, 18 * std::cos(angle), 18 * std::sin(angle));
  }
  osm.node(1, -120, 0).node(2, 120, 0).node(3, 0, -120);
  const Tags ring{{"highway", "residential"}, {"junction", "roundabout"}};
  osm.way(10, {20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 20}, ring);
  osm.way(11, {1, 26}, secondary).way(12, {2, 20}, secondary).way(13, {3, 29}, secondary);
  const auto m = osm.city();
  REQUIRE(m->validate().empty());
  int entries = 0;
  for (const Lane& lane : m->lanes) {
    if (!lane.internal() || lane.control != Control::roundabout) continue;
    ++entries;
    const auto all = m->conflicts_of(lane);
    CHECK(std::any_of(all.begin(), all.end(), [](const Conflict& c) { return c.must_yield; }));
  }
  CHECK(entries == 3);
  for (const Lane& lane : m->lanes) {
    if (lane.internal() || !m->roads[static_cast<std::size_t>(lane.road)].roundabout) continue;
    const Pose pose = m->pose(lane, lane.length / 2);
    CHECK(cross(pose.position, direction(pose.heading)) > 0);
  }
}

TEST_CASE("lanes by number and direction, and turns by their marks") {
  Tags wide = secondary;
  wide.push_back({"lanes", "5"});
  wide.push_back({"lanes:forward", "3"});
  wide.push_back({"lanes:backward", "2"});
  wide.push_back({"turn:lanes:forward", "left|through|right"});
  const auto m = crossroads(wide, residential).city();
  REQUIRE(m->validate().empty());
  const auto place = m->nearest_lane({-60, -20}, 30, LaneFilter::road, 0.0f);  // at the kerb
  REQUIRE(place);
  const Lane& kerb = m->lanes[static_cast<std::size_t>(place->lane)];
  CHECK(kerb.index == 0);
  CHECK(kerb.right == none);
  CHECK(m->roads[static_cast<std::size_t>(kerb.road)].lane_count == 3);
  const auto turn_of = [&](const Lane& lane) {
    const auto next = m->successors(lane);
    const Turn turn = m->lanes[static_cast<std::size_t>(next[0])].turn;
    for (const Id id : next) CHECK(m->lanes[static_cast<std::size_t>(id)].turn == turn);
    return turn;
  };
  CHECK(turn_of(kerb) == Turn::right);
  const Lane& middle = m->lanes[static_cast<std::size_t>(kerb.left)];
  CHECK(turn_of(middle) == Turn::straight);
  CHECK(turn_of(m->lanes[static_cast<std::size_t>(middle.left)]) == Turn::left);
}

TEST_CASE("one-way streets, also those against the order of their nodes") {
  for (const char* oneway : {"yes", "-1"}) {
    Osm osm;  // a ring of one-way streets and a two-way one
    osm.node(1, 0, 0).node(2, 120, 0).node(3, 120, 100).node(4, 0, 100);
    Tags single = residential;
    single.push_back({"oneway", oneway});
    osm.way(11, {1, 2, 3}, single).way(12, {3, 4, 1}, residential);
    const auto m = osm.city();
    REQUIRE(m->validate().empty());
    const auto forward = m->nearest_lane(osm.in(*m, 60, 0), 5, LaneFilter::road, 0.0f);
    const auto backward = m->nearest_lane(osm.in(*m, 60, 0), 5, LaneFilter::road, 3.14159f);
    CHECK(forward.has_value() == (std::string(oneway) == "yes"));
    CHECK(backward.has_value() == (std::string(oneway) == "-1"));
  }
}

TEST_CASE("turn restrictions") {
  Osm osm = crossroads(residential, residential);
  osm.raw(
      "<relation id=\"1\"><member type=\"way\" ref=\"12\" role=\"from\"/>"
      "<member type=\"node\" ref=\"5\" role=\"via\"/>"
      "<member type=\"way\" ref=\"11\" role=\"to\"/>"
      "<tag k=\"type\" v=\"restriction\"/><tag k=\"restriction\" v=\"no_left_turn\"/></relation>");
  const auto m = osm.city();
  CHECK(path_between(*m, south, west) == nullptr);
  CHECK(path_between(*m, north, east) == nullptr);
  CHECK(path_between(*m, south, north) != nullptr);
  CHECK(path_between(*m, south, east) != nullptr);
  CHECK(path_between(*m, west, north) != nullptr);
}

TEST_CASE("speed limits in miles, by direction, and in town where nothing is said") {
  Tags tags = secondary;
  tags.push_back({"maxspeed:forward", "20 mph"});
  const auto m = crossroads(tags, residential).city();
  const auto speed = [&](float heading) {
    const auto place = m->nearest_lane({60, 0}, 20, LaneFilter::road, heading);
    REQUIRE(place);
    return m->lanes[static_cast<std::size_t>(place->lane)].speed_limit;
  };
  CHECK(speed(0) == Approx(20 * 0.44704));
  CHECK(speed(3.14159f) == Approx(50 / 3.6));
}

TEST_CASE("people get around: pavements, corners and crossings are one network") {
  const auto m = crossroads(residential, residential, {}).city();
  CHECK(m->crossings.size() == 4);  // nobody mapped them: people cross at the corners all the same
  for (const Crossing& crossing : m->crossings) CHECK_FALSE(crossing.marked);
  Adjacency next(m->foot_nodes.size());
  for (const FootEdge& edge : m->foot_edges) {
    next[static_cast<std::size_t>(edge.from)].push_back(edge.to);
    next[static_cast<std::size_t>(edge.to)].push_back(edge.from);
  }
  const auto parts = strong_components(next);
  CHECK(std::all_of(parts.begin(), parts.end(), [&](int part) { return part == parts[0]; }));
  // A pavement never lies on the carriageway.
  for (const FootEdge& edge : m->foot_edges) {
    if (edge.kind != FootKind::sidewalk) continue;
    for (const Vec2 p : m->outline(edge.points)) {
      const auto lane = m->nearest_lane(p, 10, LaneFilter::road);
      if (lane) CHECK(lane->distance > 1.5f + 0.5f);
    }
  }
}
