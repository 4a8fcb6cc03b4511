// Level: the tiles, starting places and static solids of one side-scrolling level.
//
// Levels are text in the tile alphabet of the Video Game Level Corpus (Summerville, Snodgrass,
// Mateas, Ontañón 2016), one character per tile, the bottom row last; docs/levels.md lists the
// alphabet and our additions. Lengths are in tiles, x to the right and y upward from the bottom
// left corner. A level never changes once it is made: copies of a world share it, and what an
// episode alters (broken blocks, taken coins) lives in World.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "envs/platformer/collision.h"

namespace sandlot::platformer {

enum class Tile : std::uint8_t {
  empty,
  ground,             // X
  breakable,          // S
  question,           // ?  holds a coin
  question_mushroom,  // M  holds a mushroom
  used,               // Q  an emptied question block
  pipe_top_left,      // <
  pipe_top_right,     // >
  pipe_left,          // [
  pipe_right,         // ]
  coin,               // o
  cannon,             // B
  cannon_base,        // b
};
constexpr int tile_count = 13;

constexpr bool is_solid(Tile tile) { return tile != Tile::empty && tile != Tile::coin; }
// Solid until broken; all other solids stay for the whole episode.
constexpr bool is_breakable(Tile tile) { return tile == Tile::breakable; }

enum class EnemyKind : std::uint8_t { slime, beetle };  // E, k

struct EnemySpawn {
  EnemyKind kind = EnemyKind::slime;
  int column = 0;
  int row = 0;
};

// A run of H or V tiles: `width` tiles wide, its top edge on the upper edge of the row. It swings
// by `reach` tiles about its place, along x or y.
struct MovingPlatform {
  float x = 0;    // left edge in the middle of its swing
  float top = 0;  // upper edge in the middle of its swing
  float width = 1;
  bool vertical = false;
};

struct Cannon {
  int column = 0;
  int row = 0;
};

// What is wrong with a level's text; what() is "name:line:column: reason", lines and columns
// from 1.
struct LevelError : std::runtime_error {
  LevelError(std::string_view name, int line, int column, std::string_view reason);
  int line;
  int column;
};

struct Level {
  static constexpr int max_width = 16384;  // x stays exact to a thousandth of a tile in a float
  static constexpr int max_height = 256;
  static constexpr int max_platforms = 4096;

  std::string name;
  int width = 0;
  int height = 0;
  std::vector<Tile> tiles;          // [row · width + column], row 0 at the bottom
  float start_x = 0;                // middle of the agent
  float start_y = 0;                // its feet
  float goal_x = 0;                 // reached when the agent's middle is here or beyond
  float goal_y = 0;                 // foot of the flag pole
  std::vector<EnemySpawn> enemies;  // by column
  std::vector<MovingPlatform> platforms;
  std::vector<Cannon> cannons;
  std::unique_ptr<const Solids> solids;  // all solids but breakable ones

  Tile at(int column, int row) const {
    return tiles[static_cast<std::size_t>(row) * static_cast<std::size_t>(width) +
                 static_cast<std::size_t>(column)];
  }
  bool inside(int column, int row) const {
    return column >= 0 && column < width && row >= 0 && row < height;
  }
};

// Parses a level; `name` stands in errors and is the level's name. Throws LevelError.
std::shared_ptr<const Level> parse_level(std::string_view text, std::string_view name);

// Reads and parses a file. Throws LevelError, or std::runtime_error where it cannot be read.
std::shared_ptr<const Level> read_level(const std::string& path);

}  // namespace sandlot::platformer
