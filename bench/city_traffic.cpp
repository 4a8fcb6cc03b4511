// How traffic does on maps: collisions among vehicles, pedestrians hit, and who stands how long
// without a red light.
//   bench_city_traffic [--vehicles 200] [--pedestrians 200] [--minutes 30] [--sirens 0] [--trace] MAP…
// A map is a file, a town of ours by name, or grid:7, radial:7, organic:7 of the generator.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <unordered_map>
#include <vector>

#include "envs/city/city_maps.h"
#include "envs/city/pedestrians.h"
#include "envs/city/shapes.h"

namespace {

using namespace sandlot;
using namespace sandlot::city;

struct Options {
  int vehicles = 200, pedestrians = 200, minutes = 30, sirens = 0, seed = 1;
  bool trace = false;
  std::vector<std::string> maps;
};

struct Counts {
  int collisions = 0, hits = 0, standing = 0;
  float longest = 0;
};

class Watch {
 public:
  Watch(const Options& options, const Place& place) : options_(options) {
    TrafficSettings settings;
    settings.vehicles = options.vehicles;
    settings.sirens = options.sirens;
    traffic_.start(place.network, settings, static_cast<Seed>(options.seed));
    people_.start(place.network, options.pedestrians, static_cast<Seed>(options.seed));
    const auto n = static_cast<std::size_t>(traffic_.size());
    boxes_.resize(n);
    waits_.resize(n);
  }

  Counts run() {
    for (int t = 0; t < options_.minutes * 600; ++t) {
      traffic_.begin_step();
      people_.announce(traffic_);
      traffic_.step(0.1f);
      people_.step(traffic_, nullptr, {}, 0.1f);
      if (t % 5 == 0) look();
    }
    for (const float wait : waits_) counts_.standing += wait > 120;
    return counts_;
  }
  const Traffic& traffic() const { return traffic_; }
  int people() const { return people_.size(); }

 private:
  bool red_ahead(Id i) const {
    for (Id w = i; w != none; w = traffic_.ahead(w))
      if (traffic_.at_red(w)) return true;
    return false;
  }

  void look() {
    const auto n = static_cast<Id>(traffic_.size());
    for (Id i = 1; i < n; ++i) {
      const auto k = static_cast<std::size_t>(i);
      boxes_[k] = Box::of(traffic_.body(i), traffic_.vehicle_length(i) - 0.2f,
                          traffic_.vehicle_width(i) - 0.2f);
      waits_[k] = traffic_.speed(i) < 0.1f && !red_ahead(i) ? waits_[k] + 0.5f : 0;
      if (options_.trace && waits_[k] == 150) describe("stands", i);
      counts_.longest = std::max(counts_.longest, waits_[k]);
    }
    std::unordered_map<std::uint64_t, bool> touching;
    for (Id i = 1; i < n; ++i) {
      for (Id j = i + 1; j < n; ++j) {
        const Box &a = boxes_[static_cast<std::size_t>(i)], &b = boxes_[static_cast<std::size_t>(j)];
        if (!overlap(a, b)) continue;
        // What passes on a bridge above touches nobody.
        if (traffic_.network().shape(traffic_.lane(i)).layer !=
            traffic_.network().shape(traffic_.lane(j)).layer)
          continue;
        const auto key = static_cast<std::uint64_t>(i) << 32 | static_cast<std::uint32_t>(j);
        touching[key] = true;
        if (touching_.contains(key)) continue;
        ++counts_.collisions;
        if (options_.trace) {
          describe("collides", i);
          describe("    with", j);
        }
      }
    }
    touching_.swap(touching);
    for (Id p = 0; p < static_cast<Id>(people_.size()); ++p) {
      if (people_.state(p) == PedestrianState::hit) continue;
      for (Id i = 1; i < n; ++i) {
        if (traffic_.speed(i) < 0.5f) continue;
        if (distance_to(boxes_[static_cast<std::size_t>(i)], people_.position(p)) > pedestrian_radius)
          continue;
        ++counts_.hits;
        if (options_.trace) {
          describe("hits", i);
          std::printf("      pedestrian %d state %d at %.1f %.1f crossing %d\n", p,
                      static_cast<int>(people_.state(p)), static_cast<double>(people_.position(p).x),
                      static_cast<double>(people_.position(p).y), people_.crossing(p));
          print_way(people_.position(p));
        }
        people_.knock_down(p);
        break;
      }
    }
  }

  void describe(const char* what, Id i) const {
    const LaneFacts& f = traffic_.network().lane(traffic_.lane(i));
    const Lane& lane = traffic_.network().shape(traffic_.lane(i));
    const Box& b = boxes_[static_cast<std::size_t>(i)];
    std::printf(
        "  t %.1f %s %d kind %d lane %d%s s %.1f/%.1f v %.1f a %.1f off %.1f next %d control %d ix %d "
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
        std::printf("      way %zu kind %d width %.1f: %.1f m away, (%.1f %.1f) to (%.1f %.1f)\n", e,
                    static_cast<int>(edge.kind), static_cast<double>(edge.width),
                    static_cast<double>(away), static_cast<double>(line[k].x),
                    static_cast<double>(line[k].y), static_cast<double>(line[k + 1].x),
                    static_cast<double>(line[k + 1].y));
      }
    }
  }

  Options options_;
  Traffic traffic_;
  Pedestrians people_;
  std::vector<Box> boxes_;
  std::vector<float> waits_;
  std::unordered_map<std::uint64_t, bool> touching_;
  Counts counts_;
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
  app.add_option("--seed", options.seed);
  app.add_flag("--trace", options.trace);
  CLI11_PARSE(app, argc, argv);
  std::printf("%-28s %6s %6s %8s %10s %5s %9s %9s %8s\n", "map", "cars", "people", "km",
              "collisions", "hits", "longest", "standing", "overruns");
  for (const auto& name : options.maps) {
    Watch watch(options, place_of(name));
    const Counts counts = watch.run();
    std::printf("%-28s %6d %6d %8.1f %10d %5d %8.0fs %9d %8lld\n",
                name.substr(name.find_last_of('/') + 1).c_str(), watch.traffic().size() - 1,
                watch.people(), watch.traffic().driven() / 1000, counts.collisions, counts.hits,
                static_cast<double>(counts.longest), counts.standing,
                static_cast<long long>(watch.traffic().overruns()));
    std::fflush(stdout);
  }
  return 0;
}
