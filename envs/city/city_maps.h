// Where the maps of episodes come from: one map, files, or a generator by seed.
#pragma once

#include <cstdint>
#include <memory>

#include "envs/city/city_surroundings.h"
#include "envs/city/settings.h"
#include "envs/city/traffic_network.h"
#include "sim/core/random.h"

namespace sandlot::city {

// What belongs to a map, shared by all worlds on it.
struct Place {
  std::shared_ptr<const TrafficNetwork> network;
  std::shared_ptr<const Surroundings> surroundings;
};

class MapSource {
 public:
  explicit MapSource(const MapSettings& settings);
  explicit MapSource(std::shared_ptr<const CityMap> map);

  std::uint64_t choose(Seed episode) const;
  bool valid(std::uint64_t map) const;
  // Kept for the whole process, by what they are made from.
  Place place(std::uint64_t map) const;

 private:
  MapSettings settings_;
  std::shared_ptr<const CityMap> map_;  // null: generated
};

}  // namespace sandlot::city
