// How traffic does on maps: collisions among vehicles, pedestrians hit, and who stands how long
// without a red light.
//   bench_city_traffic [--vehicles 200] [--pedestrians 200] [--minutes 30] [--sirens 0]
//   [--jaywalking 0.05]
//                      [--trace] MAP…
// A map is a file, a town of ours by name, or grid:7, radial:7, organic:7 of the generator.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "tests/envs/city/traffic_watch.h"

namespace {

using namespace sandlot;
using namespace sandlot::city;
using sandlot::city::testing::TrafficWatch;

struct Options {
  int vehicles = 200, pedestrians = 200, minutes = 30, sirens = 0, seed = 1;
  double jaywalking = 0.05;
  bool trace = false;
  std::vector<std::string> maps;
};

class Tracer {
 public:
  explicit Tracer(const TrafficWatch& watch) : watch_(watch), traffic_(watch.traffic()) {}

  void operator()(const char* what, Id vehicle, Id other, Id person) const {
    describe(what, vehicle);
    if (other != none) describe("    with", other);
    if (person == none) return;
    const Pedestrians& people = watch_.people();
    const Vec2 p = people.position(person);
    std::printf("      pedestrian %d state %d at %.1f %.1f crossing %d\n", person,
                static_cast<int>(people.state(person)), static_cast<double>(p.x),
                static_cast<double>(p.y), people.crossing(person));
    print_way(p);
  }

 private:
  void describe(const char* what, Id i) const {
    const LaneFacts& f = traffic_.network().lane(traffic_.lane(i));
    const Lane& lane = traffic_.network().shape(traffic_.lane(i));
    const Box& b = watch_.box(i);
    std::printf(
        "  t %.1f %s %d kind %d lane %d%s s %.1f/%.1f v %.1f a %.1f off %.1f next %d control %d ix "
        "%d "
        "wait %.0f at %.1f %.1f\n",
        traffic_.time(), what, i, static_cast<int>(traffic_.kind(i)), traffic_.lane(i),
        f.internal ? "i" : "", static_cast<double>(traffic_.s(i)), static_cast<double>(f.length),
        static_cast<double>(traffic_.speed(i)), static_cast<double>(traffic_.acceleration(i)),
        static_cast<double>(traffic_.offset(i)), traffic_.next(i),
        traffic_.next(i) == none
            ? -1
            : static_cast<int>(traffic_.network().shape(traffic_.next(i)).control),
        lane.intersection, static_cast<double>(traffic_.standing(i)),
        static_cast<double>(b.centre.x), static_cast<double>(b.centre.y));
  }

  // The footways nearby.
  void print_way(Vec2 p) const {
    const CityMap& map = traffic_.network().map();
    for (std::size_t e = 0; e < map.foot_edges.size(); ++e) {
      const FootEdge& edge = map.foot_edges[e];
      const auto line = map.outline(edge.points);
      for (std::size_t k = 0; k + 1 < line.size(); ++k) {
        const Vec2 along = line[k + 1] - line[k];
        const float u =
            std::clamp(dot(p - line[k], along) / std::max(dot(along, along), 1e-6f), 0.0f, 1.0f);
        const float away = distance(p, line[k] + along * u);
        if (away > 4) continue;
        std::printf("      way %zu kind %d width %.1f: %.1f m away, (%.1f %.1f) to (%.1f %.1f)\n",
                    e, static_cast<int>(edge.kind), static_cast<double>(edge.width),
                    static_cast<double>(away), static_cast<double>(line[k].x),
                    static_cast<double>(line[k].y), static_cast<double>(line[k + 1].x),
                    static_cast<double>(line[k + 1].y));
      }
    }
  }

  const TrafficWatch& watch_;
  const Traffic& traffic_;
};

// A file, a town of ours, or kind:seed of a generated one.
Place place_of(const std::string& name) {
  MapSettings settings;
  const auto colon = name.find(':');
  if (colon == std::string::npos) {
    settings.file = name;
    return Maps(settings).place(0);
  }
  const std::string kind = name.substr(0, colon);
  settings.generator.kind = kind == "radial"    ? TownKind::radial
                            : kind == "organic" ? TownKind::organic
                                                : TownKind::grid;
  settings.generator.seeds.clear();
  return Maps(settings).place(std::stoull(name.substr(colon + 1)));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("How traffic does on maps");
  Options options;
  app.add_option("maps", options.maps, "towns of ours, .city files or OpenStreetMap extracts")
      ->required();
  app.add_option("--vehicles", options.vehicles);
  app.add_option("--pedestrians", options.pedestrians);
  app.add_option("--minutes", options.minutes);
  app.add_option("--sirens", options.sirens);
  app.add_option("--jaywalking", options.jaywalking);
  app.add_option("--seed", options.seed);
  app.add_flag("--trace", options.trace);
  CLI11_PARSE(app, argc, argv);
  std::printf("%-28s %6s %6s %8s %10s %5s %9s %9s %8s\n", "map", "cars", "people", "km",
              "collisions", "hits", "longest", "standing", "overruns");
  for (const auto& name : options.maps) {
    TrafficSettings settings;
    settings.vehicles = options.vehicles;
    settings.sirens = options.sirens;
    TrafficWatch watch(place_of(name), settings, options.pedestrians,
                       static_cast<Seed>(options.seed), options.jaywalking);
    TrafficWatch::Report report;
    if (options.trace) report = Tracer(watch);
    watch.run(60.0 * options.minutes, report);
    const auto& counts = watch.counts();
    std::printf("%-28s %6d %6d %8.1f %10d %5d %8.0fs %9d %8lld\n",
                name.substr(name.find_last_of('/') + 1).c_str(), watch.traffic().size() - 1,
                watch.people().size(), counts.kilometres, counts.collisions, counts.hits,
                static_cast<double>(counts.longest), counts.standing,
                static_cast<long long>(watch.traffic().overruns()));
    std::fflush(stdout);
  }
  return 0;
}
