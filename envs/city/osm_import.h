// OpenStreetMap extracts (.osm, .osm.bz2, .osm.pbf) as plans.
#pragma once

#include <string>

#include "envs/city/osm_reader.h"
#include "envs/city/plan.h"

namespace sandlot::city {

// automatic: by driving_side tags, else by where the place is.
enum class DrivingSide : std::uint8_t { automatic, left, right };

// Streets, paths, houses and greens in metres around the middle of the streets. What is dirty is
// repaired or left out, and counted in the report. Throws MapError where there are no streets.
Plan plan_of(const OsmData& data, DrivingSide side, ImportReport& report);

// File to plan; MapError's text begins with the path.
Plan import_osm(const std::string& path, DrivingSide side, ImportReport& report,
                const OsmLimits& limits = {});

}  // namespace sandlot::city
