#include "envs/platformer/pixels.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sandlot::platformer {
namespace {

constexpr int tile_side = 6;
constexpr int view_tiles = pixel_side / tile_side;
using Rgb = std::array<float, 3>;

constexpr Rgb rgb(unsigned hex) {
  return {static_cast<float>(hex >> 16 & 255) / 255, static_cast<float>(hex >> 8 & 255) / 255,
          static_cast<float>(hex & 255) / 255};
}
constexpr std::array<Rgb, tile_count> tile_colors = {
    rgb(0x8fd3f4), rgb(0x8a5a3c), rgb(0xb5703f), rgb(0xf2b63c), rgb(0xf2b63c),
    rgb(0x7d6a55), rgb(0x3fa66b), rgb(0x2f8a58), rgb(0x359a60), rgb(0x2a7c4e),
    rgb(0xffd84a), rgb(0x3a3f52), rgb(0x4a5068)};

struct Canvas {
  std::span<float> out;
  bool color;
  float left, bottom;  // of the view, in tiles

  void fill(float x, float y, float width, float height, const Rgb& c) {
    const auto to_pixel = [](float tiles) { return static_cast<int>(std::lround(tiles * tile_side)); };
    const int x0 = std::clamp(to_pixel(x - left), 0, pixel_side);
    const int x1 = std::clamp(to_pixel(x + width - left), 0, pixel_side);
    const int y0 = std::clamp(pixel_side - to_pixel(y + height - bottom), 0, pixel_side);
    const int y1 = std::clamp(pixel_side - to_pixel(y - bottom), 0, pixel_side);
    for (int plane = 0; plane < (color ? 3 : 1); ++plane) {
      const float value = color ? c[static_cast<std::size_t>(plane)]
                                : 0.299f * c[0] + 0.587f * c[1] + 0.114f * c[2];
      float* const base = out.data() + plane * pixel_side * pixel_side;
      for (int line = y0; line < y1; ++line)
        std::fill(base + line * pixel_side + x0, base + line * pixel_side + x1, value);
    }
  }
};

}  // namespace

Space pixel_space(bool color) { return Space::box({color ? 3 : 1, pixel_side, pixel_side}, 0, 1); }

void observe_pixels(const World& world, bool color, std::span<float> out) {
  const Body& body = world.player().body;
  const float left = std::round(std::max(0.0f, body.x - 5) * tile_side) / tile_side;
  const float bottom = std::round(std::max(0.0f, body.y - 8) * tile_side) / tile_side;
  Canvas canvas{out, color, left, bottom};
  canvas.fill(left, bottom, view_tiles, view_tiles, tile_colors[0]);
  for (int row = static_cast<int>(bottom); row <= static_cast<int>(bottom) + view_tiles; ++row)
    for (int column = static_cast<int>(left); column <= static_cast<int>(left) + view_tiles; ++column) {
      const Tile tile = world.tile(column, row);
      if (tile != Tile::empty)
        canvas.fill(static_cast<float>(column), static_cast<float>(row), 1, 1,
                    tile_colors[static_cast<std::size_t>(tile)]);
    }
  for (const MovingPlatform& platform : world.level().platforms) {
    float x, y;
    world.platform_at(platform, world.ticks(), x, y);
    canvas.fill(x, y - 0.5f, platform.width, 0.5f, rgb(0xd8d0c0));
  }
  canvas.fill(world.level().goal_x - 0.1f, world.level().goal_y, 0.3f, 8, rgb(0xf4f4f4));
  for (const Creature& c : world.creatures())
    if (c.kind != Entity::none)
      canvas.fill(c.body.x - 0.4f, c.body.y, 0.8f, c.body.height,
                  c.kind == Entity::mushroom ? rgb(0xe84d5b) : rgb(0x6a3fa0));
  canvas.fill(body.x - 0.4f, body.y, 0.8f, body.height, rgb(0xf07030));
}

}  // namespace sandlot::platformer
