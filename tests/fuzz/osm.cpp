// Any bytes as a map: a city without a flaw, or refused.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "envs/city/network_builder.h"
#include "envs/city/osm_import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sandlot::city;
  OsmLimits limits;
  limits.file_bytes = 1 << 20;
  limits.block_bytes = 4 << 20;
  ImportReport report;
  try {
    const auto file = recognize_osm({reinterpret_cast<const char*>(data), size}, limits);
    const Plan plan = plan_of(parse_osm(file, report, limits), DrivingSide::automatic, report);
    build_city(plan, report);
  } catch (const MapError& e) {
    if (std::string_view(e.what()).starts_with(city_misfit)) std::abort();
  }
  return 0;
}
