#include "envs/city/city_maps.h"

#include <map>
#include <mutex>
#include <stdexcept>

#include "envs/city/map_file.h"
#include "envs/city/network_builder.h"
#include "envs/city/osm_import.h"

namespace sandlot::city {
namespace {

Place place_of(const std::shared_ptr<const CityMap>& map) {
  return {network_of(map), surroundings_of(map)};
}

// Maps of files are kept for the whole process: all copies of a world share them.
Place shared_place(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, Place> known;
  const std::lock_guard lock(mutex);
  auto found = known.find(name);
  if (found == known.end()) {
    ImportReport report;
    found = known
                .emplace(name,
                         place_of(name.ends_with(".city")
                                      ? read_map(name)
                                      : build_city(import_osm(name, DrivingSide::automatic, report),
                                                   report)))
                .first;
  }
  return found->second;
}

}  // namespace

Maps::Maps(const MapSettings& settings) {
  if (!settings.file.empty()) places_.push_back(shared_place(settings.file));
  for (const std::string& name : settings.files) places_.push_back(shared_place(name));
}

Maps::Maps(std::shared_ptr<const CityMap> map) : places_{place_of(map)} {}

std::uint64_t Maps::choose(Seed episode) const {
  Random random(derive(episode, "map"));
  return random.below(static_cast<std::uint32_t>(places_.size()));
}

bool Maps::valid(std::uint64_t map) const { return map < places_.size(); }

Place Maps::place(std::uint64_t map) const { return places_[static_cast<std::size_t>(map)]; }

}  // namespace sandlot::city
