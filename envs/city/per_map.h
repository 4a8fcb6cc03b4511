// Things made from a map, one of each kind, shared by all who ask and kept as long as somebody has
// one.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "envs/city/map.h"

namespace sandlot::city {

template <class T>
std::shared_ptr<const T> one_per_map(const std::shared_ptr<const CityMap>& map) {
  static std::mutex mutex;
  static std::vector<std::pair<std::weak_ptr<const CityMap>, std::weak_ptr<const T>>> known;
  const std::lock_guard lock(mutex);
  std::erase_if(known, [](const auto& entry) { return entry.second.expired(); });
  for (const auto& [owner, thing] : known)
    if (!owner.owner_before(map) && !map.owner_before(owner))
      if (auto found = thing.lock()) return found;
  auto fresh = std::make_shared<const T>(map);
  known.emplace_back(map, fresh);
  return fresh;
}

}  // namespace sandlot::city
