// Towns without end: streets, houses, parks, signals and crossings from a seed.
#pragma once

#include <memory>

#include "envs/city/plan.h"
#include "sim/core/random.h"

namespace sandlot::city {

// grid: straight streets, avenues every few of them; radial: rings and spokes around a roundabout;
// organic: bent streets and odd blocks.
enum class TownKind : std::uint8_t { grid, radial, organic };

struct TownSettings {
  TownKind kind = TownKind::grid;
  double size = 600;     // m across, 250 … 4000
  double density = 0.7;  // how much is built up, 0 … 1
  bool left_hand_traffic = false;
};

// The same settings and seed give the same plan; other seeds other towns.
Plan generate_plan(const TownSettings& settings, Seed seed);
std::shared_ptr<const CityMap> generate_town(const TownSettings& settings, Seed seed);

}  // namespace sandlot::city
