#include "envs/platformer/observation.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sandlot::platformer {
namespace {

enum Plane : std::int8_t {
  solid_plane,
  block_plane,
  item_plane,
  enemy_plane,
  lift_plane,
  flag_plane
};

constexpr std::array<std::int8_t, tile_count> plane_of = {
    -1,          solid_plane, block_plane, block_plane, block_plane, solid_plane, solid_plane,
    solid_plane, solid_plane, solid_plane, item_plane,  solid_plane, solid_plane};

bool hurts(const Creature& creature) {
  switch (creature.kind) {
    case Entity::slime:
    case Entity::beetle:
    case Entity::bullet:
      return true;
    case Entity::shell:
      return creature.body.vx != 0;
    default:
      return false;
  }
}

float unit(float value) { return std::clamp(value, -1.0f, 1.0f); }

constexpr float velocity_steps = 64;  // per unit of a velocity plane

// Rounded to a multiple of 1/64; + 0: −0 becomes 0, as it comes back from a byte.
float stepped(float value) {
  return std::round(unit(value) * velocity_steps) / velocity_steps + 0.0f;
}

int floor_int(float value) { return static_cast<int>(std::floor(value)); }

// Row of the tile that holds the feet; a body on the ground stands in the row above it.
int foot_row(const World& world) { return floor_int(world.player().body.y + 0.01f); }

// Of the first tile of the view.
int left_column(const World& world, const TileView& view) {
  return floor_int(world.player().body.x) - view.width / 4;
}
int top_row(const World& world, const TileView& view) { return foot_row(world) + view.height / 2; }

}  // namespace

Space tile_space(const TileView& view) {
  const std::vector<int> shape = {view.planes(), view.height, view.width};
  if (!view.velocities) return Space::box(shape, 0, 1).quantized(1);
  return Space::box(shape, -1, 1).quantized(1.0f / velocity_steps);
}

ObservationGrid tile_grid(const World& world, const TileView& view) {
  return {static_cast<float>(left_column(world, view)),
          static_cast<float>(top_row(world, view) + 1), 1, view.planes(), TileView::binary_planes};
}

void observe_tiles(const World& world, const TileView& view, std::span<float> out) {
  const Body& body = world.player().body;
  const int width = view.width, height = view.height, area = width * height;
  const int left = left_column(world, view), top = top_row(world, view);
  std::fill_n(out.begin(), area * TileView::binary_planes, 0.0f);
  float* const cells = out.data();
  for (int line = 0; line < height; ++line) {
    const int row = top - line;
    for (int c = 0; c < width; ++c) {
      const std::int8_t plane = plane_of[static_cast<std::size_t>(world.tile(left + c, row))];
      if (plane >= 0) cells[plane * area + line * width + c] = 1;
    }
  }
  const auto mark = [&](int plane, int column, int row) {
    const int c = column - left, line = top - row;
    if (c >= 0 && c < width && line >= 0 && line < height)
      cells[plane * area + line * width + c] = 1;
  };
  for (const Creature& creature : world.creatures()) {
    if (creature.kind == Entity::none) continue;
    const int plane = hurts(creature) ? enemy_plane : item_plane;
    mark(plane, floor_int(creature.body.x), floor_int(creature.body.y + 0.5f));
  }
  for (const MovingPlatform& platform : world.level().platforms) {
    if (std::abs(platform.x - body.x) > static_cast<float>(width) + platform.width + 4) continue;
    float x, y;
    world.platform_at(platform, world.ticks(), x, y);
    for (int column = floor_int(x); static_cast<float>(column) < x + platform.width; ++column)
      mark(lift_plane, column, floor_int(y - 0.01f));
  }
  const int flag = floor_int(world.level().goal_x);
  if (flag - left < width)
    for (int line = 0; line < height; ++line)
      if (top - line >= floor_int(world.level().goal_y)) mark(flag_plane, flag, top - line);
  if (!view.velocities) return;
  std::fill_n(cells + TileView::binary_planes * area, area, stepped(body.vx / 10));
  std::fill_n(cells + (TileView::binary_planes + 1) * area, area, stepped(body.vy / 20));
}

Ahead look_ahead(const World& world) {
  const Body& body = world.player().body;
  Ahead ahead;
  const int foot = foot_row(world);
  const int column = floor_int(body.x);
  const float right = body.x + physics::half_width;
  const auto distance = [&](int c) { return std::max(0.0f, static_cast<float>(c) - right); };
  const auto drop = [&](int c) {  // tiles from the feet down to the first solid; −1: none
    for (int row = std::min(foot, world.level().height) - 1; row >= 0; --row)
      if (world.solid(c, row)) return foot - 1 - row;
    return -1;
  };
  const int below = drop(column);
  ahead.ground_below =
      below < 0 ? Ahead::range
                : std::clamp(body.y - static_cast<float>(foot - below), 0.0f, Ahead::range);
  for (int c = column; c < column + 9; ++c) {
    const bool wall = world.solid(c, foot);
    if (wall && ahead.wall_height == 0 && c > column) {
      ahead.wall_distance = std::min(distance(c), Ahead::range);
      int height = 1;
      while (height < 6 && world.solid(c, foot + height)) ++height;
      ahead.wall_height = static_cast<float>(height);
    }
    if (ahead.gap_width == 0 && !wall && drop(c) < 0 && c < world.level().width) {
      ahead.gap_distance = std::min(distance(c), Ahead::range);
      int end = c + 1;
      while (end < c + 8 && !world.solid(end, foot) && drop(end) < 0) ++end;
      ahead.gap_width = static_cast<float>(end - c);
    }
    if (ahead.wall_height > 0 && ahead.gap_width > 0) break;
  }
  for (const Creature& creature : world.creatures()) {
    if (!hurts(creature)) continue;
    const float x = creature.body.x - body.x;
    if (x < -4 || x > Ahead::range || std::abs(x) >= std::abs(ahead.enemy_x)) continue;
    ahead.enemy_x = x;
    ahead.enemy_y = creature.body.y - body.y;
  }
  return ahead;
}

const std::vector<std::string>& feature_names() {
  static const std::vector<std::string> names = {
      "vx",           "vy",        "grounded",      "can_jump",
      "gap_distance", "gap_width", "wall_distance", "wall_height",
      "enemy_dx",     "enemy_dy",  "ground_below",  "big"};
  return names;
}

Space feature_space() {
  return Space::box({-1, -1, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
}

void observe_features(const World& world, std::span<float> out) {
  const Player& player = world.player();
  const Body& body = player.body;
  const Ahead ahead = look_ahead(world);
  out[0] = unit(body.vx / 10);
  out[1] = unit(body.vy / 20);
  out[2] = body.grounded ? 1 : 0;
  out[3] = world.can_jump() ? 1 : 0;
  out[4] = ahead.gap_distance / Ahead::range;
  out[5] = ahead.gap_width / Ahead::range;
  out[6] = ahead.wall_distance / Ahead::range;
  out[7] = ahead.wall_height / 6;
  out[8] = unit(ahead.enemy_x / Ahead::range);
  out[9] = unit(ahead.enemy_y / Ahead::range);
  out[10] = ahead.ground_below / Ahead::range;
  out[11] = player.big ? 1 : 0;
}

int observe_cell(const World& world) {
  const Body& body = world.player().body;
  const Ahead ahead = look_ahead(world);
  const int motion = body.grounded ? (world.can_jump() ? 0 : 1) : (body.vy > 0 ? 2 : 3);
  const int speed = body.vx < 0.5f ? 0 : (body.vx < 4 ? 1 : (body.vx < 7 ? 2 : 3));

  enum { nothing, gap, low_wall, high_wall, enemy };
  int next = nothing;
  float distance = Ahead::range;
  int size = 0;
  if (ahead.gap_width > 0 && ahead.gap_distance < distance) {
    next = gap;
    distance = ahead.gap_distance;
    // A gap whose far side is higher needs as long a jump as a wide one.
    const bool rises = ahead.wall_height > 0 && ahead.wall_distance > ahead.gap_distance &&
                       ahead.wall_distance < ahead.gap_distance + ahead.gap_width + 0.5f;
    size = ahead.gap_width > 4 || rises ? 2 : (ahead.gap_width <= 2 ? 0 : 1);
  }
  if (ahead.wall_height > 0 && ahead.wall_distance < distance) {
    next = ahead.wall_height <= 2 ? low_wall : high_wall;
    distance = ahead.wall_distance;
    size =
        std::min(2, static_cast<int>(ahead.wall_height - 1) % 2 + (ahead.wall_height > 4 ? 2 : 0));
  }
  const float enemy_distance = std::max(0.0f, ahead.enemy_x - 2 * physics::half_width);
  if (ahead.enemy_x > -1 && ahead.enemy_x < Ahead::range && enemy_distance < distance) {
    next = enemy;
    distance = enemy_distance;
    size = ahead.enemy_y < -1 ? 0 : (ahead.enemy_y < 1 ? 1 : 2);
  }
  int near = 0;
  if (next != nothing)
    near = distance < 1 ? 0 : distance < 2 ? 1 : distance < 3 ? 2 : distance < 4.5f ? 3 : 4;
  return (((motion * 4 + speed) * 5 + next) * 5 + near) * 3 + size;
}

}  // namespace sandlot::platformer
