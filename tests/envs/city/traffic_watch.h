// A world of background traffic and people alone, watched: who touches whom, and who stands how
// long without a red light.
#pragma once

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <vector>

#include "envs/city/city_maps.h"
#include "envs/city/pedestrians.h"
#include "envs/city/shapes.h"

namespace sandlot::city::testing {

struct TrafficCounts {
  int collisions = 0;  // pairs of vehicles that begin to overlap
  int hits = 0;        // people touched by a vehicle faster than 0.5 m/s
  int standing = 0;    // vehicles that stand at the end for more than two minutes
  float longest = 0;   // s
  double kilometres = 0;
};

class TrafficWatch {
 public:
  // Told of each collision (a vehicle, and the other one or none), and of the person hit (or none).
  using Report = std::function<void(const char* what, Id vehicle, Id other, Id person)>;

  TrafficWatch(const Place& place, const TrafficSettings& settings, int people, Seed seed,
               double jaywalking = 0) {
    traffic_.start(place.network, settings, seed);
    people_.start(place.network, people, seed, jaywalking);
    const auto n = static_cast<std::size_t>(traffic_.size());
    boxes_.resize(n);
    waits_.resize(n);
  }

  void run(double seconds, const Report& report = {}) {
    const double before = traffic_.driven();
    for (int t = 0; t < static_cast<int>(seconds * 10); ++t) {
      traffic_.begin_step();
      people_.announce(traffic_);
      traffic_.step(0.1f);
      people_.step(traffic_, nullptr, {}, 0.1f);
      if (t % 5 == 0) look(report);
    }
    counts_.standing = 0;
    for (const float wait : waits_) counts_.standing += wait > 120;
    counts_.kilometres += (traffic_.driven() - before) / 1000;
  }

  const TrafficCounts& counts() const { return counts_; }
  const Traffic& traffic() const { return traffic_; }
  const Pedestrians& people() const { return people_; }
  const Box& box(Id vehicle) const { return boxes_[static_cast<std::size_t>(vehicle)]; }

 private:
  // Whether it, or whoever it stands behind in its lane, is before a red light.
  bool red_ahead(Id i) const {
    for (Id w = i; w != none; w = traffic_.ahead(w))
      if (traffic_.at_red(w)) return true;
    return false;
  }

  void look(const Report& report) {
    const auto n = static_cast<Id>(traffic_.size());
    for (Id i = 1; i < n; ++i) {
      const auto k = static_cast<std::size_t>(i);
      // A hand's breadth less than the bodies: rounding of their corners.
      boxes_[k] = Box::of(traffic_.body(i), traffic_.vehicle_length(i) - 0.2f,
                          traffic_.vehicle_width(i) - 0.2f);
      waits_[k] = traffic_.speed(i) < 0.1f && !red_ahead(i) ? waits_[k] + 0.5f : 0;
      if (report && waits_[k] == 150) report("stands", i, none, none);
      counts_.longest = std::max(counts_.longest, waits_[k]);
    }
    look_at_pairs(report);
    look_at_people(report);
  }

  void look_at_pairs(const Report& report) {
    const auto n = static_cast<Id>(traffic_.size());
    std::unordered_map<std::uint64_t, bool> touching;
    for (Id i = 1; i < n; ++i) {
      for (Id j = i + 1; j < n; ++j) {
        if (!overlap(box(i), box(j))) continue;
        // What passes on a bridge above touches nobody.
        if (traffic_.network().shape(traffic_.lane(i)).layer !=
            traffic_.network().shape(traffic_.lane(j)).layer)
          continue;
        const auto key = static_cast<std::uint64_t>(i) << 32 | static_cast<std::uint32_t>(j);
        touching[key] = true;
        if (touching_.contains(key)) continue;
        ++counts_.collisions;
        if (report) report("collides", i, j, none);
      }
    }
    touching_.swap(touching);
  }

  void look_at_people(const Report& report) {
    for (Id p = 0; p < static_cast<Id>(people_.size()); ++p) {
      if (people_.state(p) == PedestrianState::hit) continue;
      for (Id i = 1; i < static_cast<Id>(traffic_.size()); ++i) {
        if (traffic_.speed(i) < 0.5f) continue;
        if (distance_to(box(i), people_.position(p)) > pedestrian_radius) continue;
        ++counts_.hits;
        if (report) report("hits", i, none, p);
        people_.knock_down(p);
        break;
      }
    }
  }

  Traffic traffic_;
  Pedestrians people_;
  std::vector<Box> boxes_;
  std::vector<float> waits_;
  std::unordered_map<std::uint64_t, bool> touching_;
  TrafficCounts counts_;
};

}  // namespace sandlot::city::testing
