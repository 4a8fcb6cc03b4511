// Where maps come from: files of either kind, towns that travel with the program, the generator.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "envs/city/map.h"
#include "envs/city/osm_import.h"

namespace sandlot::city {

struct ShippedMap {
  std::string_view name;
  std::string_view osm;  // OpenStreetMap XML
};
std::span<const ShippedMap> shipped_maps();

// The name of a town that travels with the program, a map that was imported (.city), or an
// OpenStreetMap extract. Throws MapError or ArchiveError, which begin with the name.
std::shared_ptr<const CityMap> open_map(const std::string& name, DrivingSide side,
                                        ImportReport& report);

}  // namespace sandlot::city
