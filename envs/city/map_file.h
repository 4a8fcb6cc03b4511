// Files of maps: what `sandlot map import --out town.city` writes, an archive with a checksum.
#pragma once

#include <filesystem>
#include <memory>

#include "envs/city/map.h"

namespace sandlot::city {

void write_map(const std::filesystem::path& path, const CityMap& map);

// Throws ArchiveError for a file that is no map or a damaged one, std::runtime_error where it
// cannot be read.
std::shared_ptr<const CityMap> read_map(const std::filesystem::path& path);

}  // namespace sandlot::city
