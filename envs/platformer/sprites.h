// Sprites: the platformer's pixel art, drawn by code, 16 pixels to a tile.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/core/scene.h"

namespace sandlot::platformer {

enum class Art : std::uint8_t {
  fox_stand,
  fox_step,
  fox_stride,
  fox_jump,
  big_fox_stand,
  big_fox_step,
  big_fox_stride,
  big_fox_jump,
  slime_low,
  slime_high,
  slime_flat,
  beetle_step,
  beetle_stride,
  shell,
  mushroom,
  bullet,
  coin_front,
  coin_turning,
  coin_side,
  grass,
  earth,
  bricks,
  question_dim,
  question,
  question_bright,
  used,
  pipe_top_left,
  pipe_top_right,
  pipe_left,
  pipe_right,
  cannon,
  cannon_base,
  lift,
  shard,
  tuft,
  flower,
  flag,
  flag_waving,
};
constexpr int art_count = 38;

struct Sprite {
  int x = 0, y = 0, width = 16, height = 16;  // part of the sheet
};

// All sprites on one sheet, made once. Thread-safe.
const Image& sprite_sheet();
Sprite sprite(Art art);

// For the parts that make the sheet: rows of palette letters, '.' is transparent.
using Pixels = std::vector<std::string_view>;
Pixels creature_pixels(Art art);  // empty: not a creature
Color palette(char letter);
// Textures that are computed: the colour of pixel (x, y), y downward.
Color tile_pixel(Art art, int x, int y);

}  // namespace sandlot::platformer
