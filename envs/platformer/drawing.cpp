#include "envs/platformer/drawing.h"

#include <algorithm>

#include "sim/core/scene.h"

namespace sandlot::platformer {
namespace {

constexpr float view_width = 30;
constexpr float view_height = 16.875f;

Color tile_color(Tile tile) {
  switch (tile) {
    case Tile::ground: return Color::hex(0x8a5a3c);
    case Tile::breakable: return Color::hex(0xb5703f);
    case Tile::question:
    case Tile::question_mushroom: return Color::hex(0xf2b63c);
    case Tile::used: return Color::hex(0x7d6a55);
    case Tile::coin: return Color::hex(0xffd84a);
    case Tile::cannon:
    case Tile::cannon_base: return Color::hex(0x3a3f52);
    default: return Color::hex(0x3fa66b);
  }
}

}  // namespace

void draw_world(const World& world, Scene& scene) {
  scene.begin(960, 540, Color::hex(0x8fd3f4));
  const Body& body = world.player().body;
  const float left = std::clamp(body.x - 12, 0.0f,
                                std::max(0.0f, static_cast<float>(world.level().width) - view_width));
  scene.use_world({{left + view_width / 2, view_height / 2 - 1}, view_width, true});
  const int first = static_cast<int>(left);
  for (int row = 0; row < world.level().height; ++row)
    for (int column = first; column <= first + 30; ++column) {
      const Tile tile = world.tile(column, row);
      if (tile != Tile::empty)
        scene.rectangle({static_cast<float>(column) + 0.5f, static_cast<float>(row) + 0.5f}, 1, 1,
                        tile_color(tile));
    }
  for (const Creature& c : world.creatures())
    if (c.kind != Entity::none)
      scene.rectangle({c.body.x, c.body.y + c.body.height / 2}, 0.75f, c.body.height,
                      Color::hex(0x9050c0));
  scene.rectangle({body.x, body.y + body.height / 2}, 0.75f, body.height, Color::hex(0xf07030));
}

}  // namespace sandlot::platformer
