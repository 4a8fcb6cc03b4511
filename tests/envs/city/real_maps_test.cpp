// Real extracts, where they are at hand: each becomes a city without a flaw.
#include <doctest/doctest.h>

#include <filesystem>

#include "envs/city/map_drawing.h"
#include "envs/city/network_builder.h"
#include "envs/city/osm_import.h"
#include "sim/core/archive.h"
#include "tests/envs/city/maps_folder.h"

using namespace sandlot;
using namespace sandlot::city;
namespace fs = std::filesystem;

namespace {

struct Expected {
  const char* file;
  bool left;
  std::size_t signals;  // programs at least
  bool roundabout;
  double lane_kilometres;  // at least
  std::size_t buildings;   // at least
};

}  // namespace

TEST_CASE("real maps import without a flaw") {
  const fs::path folder = testing::maps_folder();
  if (folder.empty()) {
    MESSAGE("no real maps at hand: set SANDLOT_MAPS to a folder of extracts");
    return;
  }
  const Expected all[] = {
      {"borough_sausage_links.osm", true, 4, false, 1.5, 25},
      {"helsinki.osm.pbf", false, 40, false, 25, 400},
      {"montlake_roundabout.osm", false, 0, true, 2.5, 35},
      {"neukolln.osm", false, 1, false, 2, 100},
      {"quad_intersection.osm", false, 1, false, 1.2, 10},
  };
  for (const Expected& expected : all) {
    const fs::path file = folder / expected.file;
    CAPTURE(expected.file);
    if (!fs::exists(file)) {
      MESSAGE(expected.file << " is not there");
      continue;
    }
    ImportReport report;
    const auto m = build_city(import_osm(file.string(), DrivingSide::automatic, report), report);
    const auto problems = m->validate();
    for (const auto& problem : problems) MESSAGE(problem);
    CHECK(problems.empty());
    CHECK(m->left_hand_traffic == expected.left);
    CHECK(m->programs.size() >= expected.signals);
    CHECK(m->buildings.size() >= expected.buildings);
    double kilometres = 0;
    bool round = false;
    for (const Lane& lane : m->lanes) {
      if (!lane.internal()) kilometres += static_cast<double>(lane.length) / 1000;
      round = round || (lane.internal() && lane.control == Control::roundabout);
    }
    CHECK(kilometres >= expected.lane_kilometres);
    CHECK(round == expected.roundabout);
    CHECK(m->attribution == "\u00a9 OpenStreetMap contributors, ODbL");
    // The same file gives the same city.
    ImportReport again;
    const auto twin = build_city(import_osm(file.string(), DrivingSide::automatic, again), again);
    Writer one, two;
    m->save(one);
    twin->save(two);
    CHECK(
        std::equal(one.bytes().begin(), one.bytes().end(), two.bytes().begin(), two.bytes().end()));
  }
}
