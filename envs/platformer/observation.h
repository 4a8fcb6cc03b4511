// Observations of the platformer as numbers; pixels.h has the picture.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "envs/platformer/world.h"
#include "sim/core/environment.h"
#include "sim/core/space.h"

namespace sandlot::platformer {

// Planes of 0 and 1, [C, H, W], top row first: ground and other solids, blocks to hit, coins and
// mushrooms, what hurts, moving platforms, the flag. With `velocities` two planes more, filled with
// vx / 10 and vy / 20 (tiles/s, clipped to ±1, rounded to multiples of 1/64, which a float holds
// exactly and which let a replay memory keep a value in a byte). The agent is in row H/2, column
// W/4.
struct TileView {
  int width = 16;
  int height = 16;
  bool velocities = true;

  static constexpr int binary_planes = 6;
  int planes() const { return binary_planes + (velocities ? 2 : 0); }
};
Space tile_space(const TileView& view);
void observe_tiles(const World& world, const TileView& view, std::span<float> out);
ObservationGrid tile_grid(const World& world, const TileView& view);

// What lies ahead, up to 8 tiles to the right of the agent and at the height of its feet.
struct Ahead {
  static constexpr float range = 8;
  float gap_distance = range;   // tiles from its right side; `range`: none
  float gap_width = 0;          // tiles
  float wall_distance = range;  // as gap_distance
  float wall_height = 0;        // tiles above its feet
  float enemy_x = range;        // nearest enemy between 4 tiles behind and 8 ahead, from its middle
  float enemy_y = 0;            // from its feet
  float ground_below = 0;       // tiles from its feet down to ground; 8: none
};
Ahead look_ahead(const World& world);

// Twelve values; feature_names() and feature_space() say which and in what range. For a table that
// bins each: can_jump, vx, gap_distance, wall_distance and enemy_dx are enough for simple levels.
const std::vector<std::string>& feature_names();
Space feature_space();
void observe_features(const World& world, std::span<float> out);

// One of 1200 situations: motion (4) × speed (4) × what comes next (5) × how near (5) × how big
// (3).
constexpr int cell_count = 4 * 4 * 5 * 5 * 3;
int observe_cell(const World& world);

}  // namespace sandlot::platformer
