#include "envs/city/city_maps.h"

#include <deque>
#include <map>
#include <mutex>
#include <tuple>

#include "envs/city/map_generator.h"
#include "envs/city/map_source.h"
#include "envs/city/per_map.h"

namespace sandlot::city {
namespace {

constexpr std::size_t most_towns = 600;

Place place_of(const std::shared_ptr<const CityMap>& map) {
  return {network_of(map), surroundings_of(map)};
}

Place place_of_file(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, Place> known;
  const std::lock_guard lock(mutex);
  auto found = known.find(name);
  if (found == known.end()) {
    ImportReport report;
    found = known.emplace(name, place_of(open_map(name, DrivingSide::automatic, report))).first;
  }
  return found->second;
}

Place generated_place(const TownSettings& town, std::uint64_t seed) {
  using Key = std::tuple<TownKind, double, double, bool, std::uint64_t>;
  static std::mutex mutex;
  static std::map<Key, Place> known;
  static std::deque<Key> order;
  const Key key{town.kind, town.size, town.density, town.left_hand_traffic, seed};
  {
    const std::lock_guard lock(mutex);
    if (const auto found = known.find(key); found != known.end()) return found->second;
  }
  const Place place = place_of(generate_town(town, seed));
  const std::lock_guard lock(mutex);
  const auto [entry, added] = known.emplace(key, place);
  if (added) {
    order.push_back(key);
    if (order.size() > most_towns) {
      known.erase(order.front());
      order.pop_front();
    }
  }
  return place;
}

}  // namespace

Maps::Maps(const MapSettings& settings) : settings_(settings) {
  if (!settings.file.empty()) places_.push_back(place_of_file(settings.file));
  for (const std::string& name : settings.files) places_.push_back(place_of_file(name));
}

Maps::Maps(std::shared_ptr<const CityMap> map) : places_{place_of(map)} {}

std::uint64_t Maps::choose(Seed episode) const {
  Random random(derive(episode, "map"));
  if (!places_.empty()) return random.below(static_cast<std::uint32_t>(places_.size()));
  const auto& seeds = settings_.generator.seeds;
  if (seeds.empty()) return random.next_u64();
  const auto first = static_cast<std::uint64_t>(seeds[0]);
  const auto count = static_cast<std::uint64_t>(seeds[1] - seeds[0]);
  if (count <= 0xffffffffu) return first + random.below(static_cast<std::uint32_t>(count));
  return first + random.next_u64() % count;
}

bool Maps::valid(std::uint64_t map) const {
  if (!places_.empty()) return map < places_.size();
  const auto& seeds = settings_.generator.seeds;
  return seeds.empty() || (map >= static_cast<std::uint64_t>(seeds[0]) &&
                           map < static_cast<std::uint64_t>(seeds[1]));
}

Place Maps::place(std::uint64_t map) const {
  if (!places_.empty()) return places_[static_cast<std::size_t>(map)];
  const GeneratorSettings& g = settings_.generator;
  return generated_place({g.kind, g.size, g.density, g.left_hand_traffic}, map);
}

std::shared_ptr<const MapPainter> painter_of(const std::shared_ptr<const CityMap>& map) {
  return one_per_map<MapPainter>(map);
}

}  // namespace sandlot::city
