// Where the maps of episodes come from: files, towns of ours, or towns from a generator.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "envs/city/city_surroundings.h"
#include "envs/city/map_drawing.h"
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

  // The index of a file, or the seed of a generated town.
  std::uint64_t choose(Seed episode) const;
  bool valid(std::uint64_t map) const;
  // Kept for the whole process, keyed by what they are made from; of generated towns the last 600.
  Place place(std::uint64_t map) const;

 private:
  MapSettings settings_;
  std::vector<Place> places_;  // empty: generated
};

// What draws a map, made when it is first drawn and kept as long as the map.
std::shared_ptr<const MapPainter> painter_of(const std::shared_ptr<const CityMap>& map);

}  // namespace sandlot::city
