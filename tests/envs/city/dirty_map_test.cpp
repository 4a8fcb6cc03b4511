// Dirty data: repaired or left out, and counted.
#include <doctest/doctest.h>

#include "tests/envs/city/osm.h"

using namespace sandlot;
using namespace sandlot::city;

TEST_CASE("what is wrong with a map is counted, and the rest of it is a good city") {
  const Tags street{{"highway", "residential"}};
  Osm osm;
  osm.node(1, 0, 0).node(2, 200, 0).node(3, 200, 150).node(4, 0, 150);
  osm.way(10, {1, 2, 3, 4, 1}, street);                     // a block
  osm.node(5, 100, 0).node(6, 100, 150);                    // not joined to it by its nodes …
  osm.node(7, 0, 0).node(8, 200, 150);                      // … but these lie on its corners
  osm.node(9, -120, 0).way(11, {9, 7}, street);             // joins in the place of node 1
  osm.way(12, {2, 2, 3}, street);                           // a segment of no length
  osm.way(13, {4, 4}, street);                              // a street of no length
  osm.node(14, 0, 300).way(14, {4, 14, 777, 778}, street);  // cut off: two nodes are elsewhere
  osm.way(15, {779, 780}, street);                          // wholly elsewhere
  osm.node(16, 900, 900).node(17, 1000, 900).way(16, {16, 17}, street);  // an island
  osm.node(18, 300, 0).way(17, {2, 18}, {{"highway", "residential"}, {"oneway", "yes"}});
  osm.node(19, 200, 156).way(18, {3, 19}, street);  // a stub of 6 m
  osm.node(20, 50, 60).way(19, {1, 20}, {{"highway", "residential"}, {"access", "private"}});
  osm.way(20, {3, 4},
          {{"highway", "residential"},
           {"lanes", "99"},
           {"lanes:forward", "2"},
           {"maxspeed", "fast"},
           {"turn:lanes:forward", "left|right|right"}});
  osm.raw("<node id=\"21\" lat=\"95\" lon=\"13\"/>");  // nowhere on Earth
  osm.node(4, 0, 150);                                 // given twice
  osm.way(22, {5, 6, 5}, {{"building", "yes"}});       // no house
  osm.node(23, 10, 10).node(24, 10, 10.01).node(25, 10.01, 10);
  osm.way(23, {23, 24, 25, 23}, {{"building", "yes"}});  // of no size
  ImportReport report;
  const auto m = osm.city(report);
  const auto problems = m->validate();
  CHECK_MESSAGE(problems.empty(), (problems.empty() ? std::string() : problems[0]));
  const std::pair<const char*, int> expected[] = {
      {"nodes given twice", 1},
      {"nodes that lie nowhere on Earth, left out", 1},
      {"nodes in the same place, joined", 1},
      {"segments of no length, left out", 2},
      {"streets of no length, left out", 1},
      {"references to nodes outside of the map, left out", 4},
      {"streets of which fewer than two nodes are in the map, left out", 1},
      {"streets not connected to the rest both ways, left out", 2},
      {"dead ends shorter than 10 m, left out", 1},
      {"streets that are closed to cars, left out", 1},
      {"numbers of lanes that make no sense, ignored", 1},
      {"speed limits that make no sense, ignored", 1},
      {"turn lanes that do not fit the number of lanes, ignored", 1},
      {"buildings of no size, left out", 1},
      {"footways that lie on a street, left out", 13},  // way 12 lies on way 10
      {"pieces of footway not connected to the rest, left out", 9},
  };
  for (const auto& [what, count] : expected)
    CHECK_MESSAGE(report.of(what) == count, std::string(what));
  for (const auto& line : report.lines) {
    const bool known = std::any_of(std::begin(expected), std::end(expected),
                                   [&](const auto& e) { return line.what == e.first; });
    CHECK_MESSAGE(known, line.what);
  }
  // The street that joins by place alone is there, the island is not.
  CHECK(m->nearest_lane(osm.in(*m, -60, 0), 10, LaneFilter::road).has_value());
  CHECK_FALSE(m->nearest_lane(osm.in(*m, 950, 900), 10).has_value());
}

TEST_CASE("a dual carriageway that the extract cuts off is closed by a turn") {
  const Tags one{{"highway", "primary"}, {"oneway", "yes"}, {"lanes", "2"}};
  Osm osm;
  osm.node(1, -200, -8).node(2, 0, -8).node(3, 200, -8);
  osm.node(4, 200, 8).node(5, 0, 8).node(6, -200, 8);
  osm.way(10, {1, 2, 3}, one).way(11, {4, 5, 6}, one);
  osm.way(12, {2, 5}, {{"highway", "residential"}});
  ImportReport report;
  const auto m = osm.city(report);
  CHECK(m->validate().empty());
  CHECK(report.of("dual carriageways cut off at the edge, closed by a turn") == 2);
  CHECK(m->nearest_lane(osm.in(*m, -100, -8), 8, LaneFilter::road, 0.0f).has_value());
  CHECK(m->nearest_lane(osm.in(*m, 100, 8), 8, LaneFilter::road, 3.14f).has_value());
}

TEST_CASE("nodes and ways may come in any order, with negative and huge ids") {
  const Tags street{{"highway", "residential"}};
  Osm osm;
  osm.raw(
      "<way id=\"9007199254740993\"><nd ref=\"-5\"/><nd ref=\"2\"/><nd ref=\"3\"/>"
      "<tag k=\"highway\" v=\"residential\"/></way>");
  osm.node(3, 100, 100).node(-5, 0, 0).node(2, 100, 0);
  ImportReport report;
  const auto m = osm.city(report);
  CHECK(m->validate().empty());
  CHECK(m->roads.size() == 2);
}

TEST_CASE("multipolygons: the outer ring is put together from its ways") {
  Osm osm;
  osm.node(1, -100, -50).node(2, 100, -50);
  osm.way(10, {1, 2}, {{"highway", "residential"}});
  osm.node(3, 0, 0).node(4, 50, 0).node(5, 50, 50).node(6, 0, 50);
  osm.way(11, {3, 4, 5}, {}).way(12, {3, 6, 5}, {});
  osm.raw(
      "<relation id=\"1\"><member type=\"way\" ref=\"11\" role=\"outer\"/>"
      "<member type=\"way\" ref=\"12\" role=\"outer\"/><tag k=\"type\" v=\"multipolygon\"/>"
      "<tag k=\"natural\" v=\"water\"/></relation>");
  const auto m = osm.city();
  REQUIRE(m->areas.size() == 1);
  CHECK(m->areas[0].kind == AreaKind::water);
  CHECK(signed_area(m->outline(m->areas[0].outline)) / 2 == doctest::Approx(2500).epsilon(0.01));
}
