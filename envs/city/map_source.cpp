#include "envs/city/map_source.h"

#include <filesystem>

#include "envs/city/map_file.h"
#include "envs/city/network_builder.h"

namespace sandlot::city {

std::shared_ptr<const CityMap> open_map(const std::string& name, DrivingSide side,
                                        ImportReport& report) {
  if (!std::filesystem::exists(name))
    for (const ShippedMap& shipped : shipped_maps())
      if (shipped.name == name) {
        Plan plan =
            plan_of(parse_osm(recognize_osm(std::string(shipped.osm)), report), side, report);
        plan.name = name;
        plan.attribution.clear();
        return build_city(plan, report);
      }
  if (std::filesystem::path(name).extension() == ".city") return read_map(name);
  const Plan plan = import_osm(name, side, report);
  try {
    return build_city(plan, report);
  } catch (const MapError& e) {
    throw MapError(name + ": " + e.what());
  }
}

}  // namespace sandlot::city
