#include "envs/platformer/pixels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "envs/platformer/sprites.h"

namespace sandlot::platformer {
namespace {

constexpr int tile_side = 6;
constexpr int view_tiles = pixel_side / tile_side;
constexpr int plane_size = pixel_side * pixel_side;
constexpr float agent_column = 4;  // tiles from the left edge
constexpr float agent_row = 7;     // tiles from the lower edge, in levels higher than the view
constexpr int most_rows = 12;      // of a sprite: two tiles

// A picture has 256 levels of each colour: k / 255, written as Space::quantum wants it.
constexpr float level_step = 1.0f / 255;

using Rgb = std::array<float, 3>;
constexpr Rgb sky = {0x8f * level_step, 0xd3 * level_step, 0xf4 * level_step};

float leveled(float value) { return std::round(value * 255) * level_step; }

float grey_of(const Rgb& c) { return leveled(0.299f * c[0] + 0.587f * c[1] + 0.114f * c[2]); }

// A sprite reduced to 6 pixels across, as planes red, green, blue and grey; see-through where less
// than half of what a pixel stands for is painted.
struct Small {
  int rows = 0;
  std::array<std::array<float, tile_side * most_rows>, 4> planes{};
  std::array<bool, tile_side * most_rows> opaque{};
  bool solid = true;  // no see-through pixel
};

Small reduce(Art art) {
  const Image& sheet = sprite_sheet();
  const Sprite part = sprite(art);
  Small small;
  small.rows = (part.height * tile_side + 8) / 16;
  for (int row = 0; row < small.rows; ++row) {
    for (int column = 0; column < tile_side; ++column) {
      Rgb sum{};
      int painted = 0, seen = 0;
      for (int y = part.height * row / small.rows; y < part.height * (row + 1) / small.rows; ++y) {
        for (int x = 16 * column / tile_side; x < 16 * (column + 1) / tile_side; ++x, ++seen) {
          const auto at = static_cast<std::size_t>((part.y + y) * sheet.width + part.x + x) * 4;
          if (sheet.rgba[at + 3] == 0) continue;
          ++painted;
          for (std::size_t k = 0; k < 3; ++k)
            sum[k] += static_cast<float>(sheet.rgba[at + k]) / 255;
        }
      }
      const auto pixel = static_cast<std::size_t>(row * tile_side + column);
      small.opaque[pixel] = 2 * painted >= seen;
      small.solid = small.solid && small.opaque[pixel];
      if (painted == 0) continue;
      for (float& value : sum) value /= static_cast<float>(painted);
      for (std::size_t k = 0; k < 3; ++k) small.planes[k][pixel] = leveled(sum[k]);
      small.planes[3][pixel] = grey_of(sum);
    }
  }
  return small;
}

const Small& small(Art art) {
  static const auto all = [] {
    std::array<Small, art_count> made;
    for (int i = 0; i < art_count; ++i)
      made[static_cast<std::size_t>(i)] = reduce(static_cast<Art>(i));
    return made;
  }();
  return all[static_cast<std::size_t>(art)];
}

constexpr std::array<Art, tile_count> tile_arts = {
    Art::earth,      Art::earth,         Art::bricks,         Art::question,  Art::question,
    Art::used,       Art::pipe_top_left, Art::pipe_top_right, Art::pipe_left, Art::pipe_right,
    Art::coin_front, Art::cannon,        Art::cannon_base};

// The view in pixels of the level: its left edge, and its upper edge upward from the ground.
struct Blitter {
  float* out;
  bool color;
  int left;
  int top;

  static int pixels(float tiles) { return static_cast<int>(std::lround(tiles * tile_side)); }

  // `x`, `y`: lower left corner in pixels of the level.
  void draw(Art art, int x, int y, bool flip = false) {
    const Small& image = small(art);
    const int x0 = x - left, y0 = top - y - image.rows;
    const int first_column = std::max(0, -x0), last_column = std::min(tile_side, pixel_side - x0);
    const int first_row = std::max(0, -y0), last_row = std::min(image.rows, pixel_side - y0);
    for (int k = 0; k < (color ? 3 : 1); ++k) {
      const float* const source = image.planes[static_cast<std::size_t>(color ? k : 3)].data();
      for (int row = first_row; row < last_row; ++row) {
        float* const line = out + k * plane_size + (y0 + row) * pixel_side + x0;
        const float* const from = source + row * tile_side;
        if (image.solid && !flip && first_column == 0 && last_column == tile_side) {
          std::memcpy(line, from, tile_side * sizeof(float));
          continue;
        }
        for (int column = first_column; column < last_column; ++column) {
          const int at = flip ? tile_side - 1 - column : column;
          if (image.opaque[static_cast<std::size_t>(row * tile_side + at)]) line[column] = from[at];
        }
      }
    }
  }

  void fill(int x, int y, int width, int height, const Rgb& c) {
    const int x0 = std::clamp(x - left, 0, pixel_side);
    const int x1 = std::clamp(x + width - left, 0, pixel_side);
    const int y0 = std::clamp(top - y - height, 0, pixel_side);
    const int y1 = std::clamp(top - y, 0, pixel_side);
    for (int k = 0; k < (color ? 3 : 1); ++k) {
      const float value = color ? c[static_cast<std::size_t>(k)] : grey_of(c);
      for (int row = y0; row < y1; ++row)
        std::fill_n(out + k * plane_size + row * pixel_side + x0, x1 - x0, value);
    }
  }
};

Art creature_art(const Creature& creature, int ticks) {
  const bool beat = ticks / 10 % 2 == 0;
  switch (creature.kind) {
    case Entity::slime:
      return beat ? Art::slime_low : Art::slime_high;
    case Entity::beetle:
      return beat ? Art::beetle_step : Art::beetle_stride;
    case Entity::shell:
      return Art::shell;
    case Entity::mushroom:
      return Art::mushroom;
    default:
      return Art::bullet;
  }
}

// Corner of what is seen, in tiles.
std::pair<float, float> lower_left(const World& world) {
  const Body& body = world.player().body;
  return {std::max(0.0f, body.x - agent_column),
          std::clamp(body.y - agent_row, 0.0f,
                     std::max(0.0f, static_cast<float>(world.level().height - view_tiles)))};
}

}  // namespace

Space pixel_space(bool color) {
  return Space::box({color ? 3 : 1, pixel_side, pixel_side}, 0, 1).quantized(level_step);
}

ObservationGrid pixel_grid(const World& world, bool color) {
  const auto [left, bottom] = lower_left(world);
  const int planes = color ? 3 : 1;
  return {left, bottom + view_tiles, 1.0f / tile_side, planes, planes};
}

void observe_pixels(const World& world, bool color, std::span<float> out) {
  const Level& level = world.level();
  const Player& player = world.player();
  const Body& body = player.body;
  const auto [left, bottom] = lower_left(world);
  Blitter blitter{out.data(), color, Blitter::pixels(left), Blitter::pixels(bottom) + pixel_side};
  for (int k = 0; k < (color ? 3 : 1); ++k)
    std::fill_n(out.begin() + k * plane_size, plane_size,
                color ? sky[static_cast<std::size_t>(k)] : grey_of(sky));

  const int first_column = blitter.left / tile_side;
  const int first_row = (blitter.top - pixel_side) / tile_side;
  blitter.fill(Blitter::pixels(level.goal_x), Blitter::pixels(level.goal_y), 1, 7 * tile_side,
               {1, 1, 1});
  blitter.draw(Art::flag, Blitter::pixels(level.goal_x) + 1, Blitter::pixels(level.goal_y + 6));
  for (int row = first_row; row <= first_row + view_tiles; ++row) {
    for (int column = first_column; column <= first_column + view_tiles; ++column) {
      const Tile tile = world.tile(column, row);
      if (tile == Tile::empty) continue;
      Art art = tile_arts[static_cast<std::size_t>(tile)];
      if (tile == Tile::ground && world.tile(column, row + 1) != Tile::ground) art = Art::grass;
      blitter.draw(art, column * tile_side, row * tile_side);
    }
  }
  for (const MovingPlatform& platform : level.platforms) {
    if (std::abs(platform.x - body.x) > view_tiles + platform.width + 3) continue;
    float x, top;
    world.platform_at(platform, world.ticks(), x, top);
    for (int i = 0; static_cast<float>(i) < platform.width; ++i)
      blitter.draw(Art::lift, Blitter::pixels(x) + i * tile_side, Blitter::pixels(top) - tile_side);
  }
  for (const Creature& creature : world.creatures()) {
    if (creature.kind == Entity::none) continue;
    blitter.draw(creature_art(creature, world.ticks()), Blitter::pixels(creature.body.x - 0.5f),
                 Blitter::pixels(creature.body.y), creature.facing > 0);
  }
  if (player.grace > 0 && world.ticks() / 4 % 2 == 0) return;  // blinks while it cannot be hurt
  const int frame = body.grounded ? 0 : 3;
  const bool tall = player.big && !player.crouching;
  blitter.draw(static_cast<Art>((tall ? 4 : 0) + frame), Blitter::pixels(body.x - 0.5f),
               Blitter::pixels(body.y), player.facing < 0);
}

void paint_state(const World& world, bool color, std::span<float> out) {
  constexpr int side = 8;
  const Body& body = world.player().body;
  const std::array<float, 3> state = {leveled(std::clamp(0.5f + body.vx / 20, 0.0f, 1.0f)),
                                      leveled(std::clamp(0.5f + body.vy / 40, 0.0f, 1.0f)),
                                      world.can_jump() ? 1.0f : 0.0f};
  for (int plane = 0; plane < (color ? 3 : 1); ++plane)
    for (int row = 0; row < side; ++row)
      for (std::size_t i = 0; i < state.size(); ++i)
        std::fill_n(out.begin() + plane * plane_size + row * pixel_side +
                        static_cast<std::ptrdiff_t>(i) * side,
                    side, state[i]);
}

}  // namespace sandlot::platformer
