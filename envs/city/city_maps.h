// Where the maps of episodes come from.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

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

class Maps {
 public:
  // Throws MapError or ArchiveError where a file is no map.
  explicit Maps(const MapSettings& settings);
  explicit Maps(std::shared_ptr<const CityMap> map);

  std::uint64_t choose(Seed episode) const;
  bool valid(std::uint64_t map) const;
  Place place(std::uint64_t map) const;

 private:
  std::vector<Place> places_;
};

}  // namespace sandlot::city
