#include "envs/platformer/drawing.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "envs/platformer/background.h"
#include "envs/platformer/sprites.h"
#include "sim/core/scene.h"

namespace sandlot::platformer {
namespace {

constexpr float view_width = 30;
constexpr float view_height = 16.875f;
constexpr float pixel = 1.0f / 16;

// Draws one frame; holds what the parts share.
class Painter {
 public:
  Painter(const World& world, Scene& scene) : world_(world), scene_(scene) {
    const Level& level = world.level();
    const Body& body = world.player().body;
    // Whole pixels of the art, so that tiles meet without seams.
    left_ = snap(std::clamp(body.x - 12, 0.0f,
                            std::max(0.0f, static_cast<float>(level.width) - view_width)));
    bottom_ = snap(std::clamp(body.y - 7, -1.0f,
                              std::max(-1.0f, static_cast<float>(level.height) + 2 - view_height)));
  }

  void paint() {
    scene_.begin(960, 540, Color::hex(0x8fd3f4));
    draw_background(scene_, left_, world_.ticks());
    scene_.use_world({{left_ + view_width / 2, bottom_ + view_height / 2}, view_width, true});
    flag();
    mushrooms_behind_blocks();
    tiles();
    platforms();
    sleepers();
    creatures();
    player();
    effects();
    scene_.use_screen();
    hud();
  }

 private:
  static float snap(float value) { return std::round(value / pixel) * pixel; }

  // (x, y) is the middle of the sprite's foot.
  void put(Art art, float x, float y, bool flip = false, float angle = 0,
           Color tint = {255, 255, 255, 255}) {
    const Sprite part = sprite(art);
    const float width = static_cast<float>(part.width) * pixel;
    const float height = static_cast<float>(part.height) * pixel;
    scene_.sprite_part({snap(x), snap(y) + height / 2}, width, height, sprite_sheet(), part.x,
                       part.y, part.width, part.height, flip, angle, tint);
  }

  Art tile_art(Tile tile, int column, int row) const {
    switch (tile) {
      case Tile::ground:
        return world_.tile(column, row + 1) == Tile::ground ? Art::earth : Art::grass;
      case Tile::breakable:
        return Art::bricks;
      case Tile::question:
      case Tile::question_mushroom: {
        const int beat = world_.ticks() / 8 % 6;
        return beat == 1 ? Art::question_bright : (beat == 4 ? Art::question_dim : Art::question);
      }
      case Tile::used:
        return Art::used;
      case Tile::pipe_top_left:
        return Art::pipe_top_left;
      case Tile::pipe_top_right:
        return Art::pipe_top_right;
      case Tile::pipe_left:
        return Art::pipe_left;
      case Tile::pipe_right:
        return Art::pipe_right;
      case Tile::cannon:
        return Art::cannon;
      case Tile::cannon_base:
        return Art::cannon_base;
      default:
        break;
    }
    constexpr Art turning[] = {Art::coin_front, Art::coin_turning, Art::coin_side,
                               Art::coin_turning};
    return turning[(world_.ticks() / 7 + column) % 4];
  }

  // How far a block that was hit from below is off its place.
  float bump(int column, int row) const {
    for (const Effect& effect : world_.effects()) {
      const int age = world_.ticks() - effect.born;
      if (effect.kind == Effect::Kind::bump && age < 12 && static_cast<int>(effect.x) == column &&
          static_cast<int>(effect.y) == row)
        return 0.35f * std::sin(std::numbers::pi_v<float> * static_cast<float>(age) / 12);
    }
    return 0;
  }

  void tiles() {
    const int first = static_cast<int>(left_), low = static_cast<int>(std::floor(bottom_));
    for (int column = first; column <= first + 30; ++column) {
      for (int row = low; row <= low + 17; ++row) {
        const float x = static_cast<float>(column) + 0.5f, y = static_cast<float>(row);
        if (row < 0) {  // the ground goes on below the level
          if (world_.tile(column, 0) == Tile::ground) put(Art::earth, x, y);
          continue;
        }
        const Tile tile = world_.tile(column, row);
        if (tile == Tile::empty) {
          if (row > 0 && world_.tile(column, row - 1) == Tile::ground) decoration(column, x, y);
          continue;
        }
        put(tile_art(tile, column, row), x, y + bump(column, row));
      }
    }
  }

  void decoration(int column, float x, float y) {
    const unsigned kind = static_cast<unsigned>(column) * 2654435761u >> 28;
    if (kind < 3) put(Art::tuft, x, y);
    if (kind == 7) put(Art::flower, x, y);
  }

  void flag() {
    const float x = world_.level().goal_x, foot = world_.level().goal_y;
    constexpr float pole = 7;
    scene_.rectangle({x, foot + pole / 2}, 0.19f, pole, Color::hex(0x2b1b2e));
    scene_.rectangle({x - 0.02f, foot + pole / 2}, 0.09f, pole, Color::hex(0xe8eef5));
    scene_.circle({x, foot + pole}, 0.25f, Color::hex(0xffd84a), {Color::hex(0x2b1b2e), 0.07f});
    put(world_.ticks() / 12 % 2 == 0 ? Art::flag : Art::flag_waving, x + 0.55f, foot + pole - 1.3f);
  }

  void platforms() {
    for (const MovingPlatform& platform : world_.level().platforms) {
      if (platform.x > left_ + view_width + 4 || platform.x + platform.width < left_ - 4) continue;
      float x, top;
      world_.platform_at(platform, world_.ticks(), x, top);
      for (float at = 0.5f; at < platform.width; ++at) put(Art::lift, x + at, top - 1);
    }
  }

  // A mushroom that has just appeared rises out of its block.
  void mushrooms_behind_blocks() {
    for (const Creature& creature : world_.creatures())
      if (creature.kind == Entity::mushroom) put(Art::mushroom, creature.body.x, creature.body.y);
  }

  void sleepers() {
    for (const EnemySpawn& enemy : world_.sleeping()) {
      const auto x = static_cast<float>(enemy.column);
      if (x > left_ + view_width) break;
      put(enemy.kind == EnemyKind::slime ? Art::slime_low : Art::beetle_step, x + 0.5f,
          static_cast<float>(enemy.row));
    }
  }

  void creatures() {
    for (const Creature& creature : world_.creatures()) {
      const Body& body = creature.body;
      const int beat = world_.ticks() / 10 % 2;
      const bool flip = creature.facing > 0;
      switch (creature.kind) {
        case Entity::slime:
          put(beat == 0 ? Art::slime_low : Art::slime_high, body.x, body.y, flip);
          break;
        case Entity::beetle:
          put(beat == 0 ? Art::beetle_step : Art::beetle_stride, body.x, body.y, flip);
          break;
        case Entity::shell:
          put(Art::shell, body.x, body.y, body.vx != 0 && world_.ticks() / 3 % 2 == 0);
          break;
        case Entity::bullet:
          put(Art::bullet, body.x, body.y, flip);
          break;
        default:
          break;
      }
    }
  }

  void player() {
    const Player& player = world_.player();
    const Body& body = player.body;
    if (player.grace > 0 && world_.ticks() / 4 % 2 == 0 && world_.outcome() == Outcome::running)
      return;
    int frame = 0;
    if (!body.grounded) {
      frame = 3;
    } else if (std::abs(body.vx) > 0.5f) {
      constexpr int cycle[] = {1, 0, 2, 0};
      frame = cycle[static_cast<int>(body.x * 1.8f) % 4];
    }
    const bool tall = player.big && !player.crouching;
    const Art art = static_cast<Art>((tall ? 4 : 0) + frame);
    const bool dead = world_.outcome() == Outcome::dead;
    put(art, body.x, body.y, player.facing < 0, dead ? std::numbers::pi_v<float> : 0);
  }

  static std::uint8_t fade(float t) {
    return static_cast<std::uint8_t>(255 * std::clamp(1 - t, 0.0f, 1.0f));
  }

  void effects() {
    for (const Effect& effect : world_.effects()) {
      const auto age = static_cast<float>(world_.ticks() - effect.born);
      switch (effect.kind) {
        case Effect::Kind::shards:
          shards(effect, age);
          break;
        case Effect::Kind::coin:
          if (age < 30)
            put(static_cast<int>(age) / 4 % 2 == 0 ? Art::coin_front : Art::coin_side, effect.x,
                effect.y - 0.5f + 0.19f * age - 0.0062f * age * age);
          break;
        case Effect::Kind::puff:
          cloud(effect, age / 22, 6, 0.7f);
          break;
        case Effect::Kind::dust:
          cloud(effect, age / 16, 3, 0.35f);
          break;
        case Effect::Kind::squash:
          if (age < 30) put(Art::slime_flat, effect.x, effect.y);
          break;
        case Effect::Kind::sparkle:
          sparkle(effect, age / 24);
          break;
        case Effect::Kind::score:
          if (age < 45) {
            char text[12];
            const auto end = std::to_chars(text, text + sizeof text, effect.value).ptr;
            scene_.text({effect.x, effect.y + 0.03f * age},
                        {text, static_cast<std::size_t>(end - text)}, 0.5f,
                        Color::hex(0xffffff, fade(age / 60)), Align::center, true);
          }
          break;
        default:
          break;
      }
    }
  }

  void shards(const Effect& effect, float age) {
    if (age >= 50) return;
    for (int i = 0; i < 4; ++i) {
      const float side = i % 2 == 0 ? -1.0f : 1.0f, speed = i < 2 ? 0.2f : 0.28f;
      put(Art::shard, effect.x + side * 0.07f * age,
          effect.y - 0.5f + speed * age - 0.0105f * age * age, false, side * age * 0.25f);
    }
  }

  void cloud(const Effect& effect, float t, int count, float reach) {
    if (t >= 1) return;
    for (int i = 0; i < count; ++i) {
      const float angle =
          (static_cast<float>(i) + 0.5f) / static_cast<float>(count) * std::numbers::pi_v<float>;
      scene_.circle({effect.x + reach * t * std::cos(angle),
                     effect.y + 0.1f + 0.6f * reach * t * std::sin(angle)},
                    0.2f * (1 - t) * (0.5f + reach), Color::hex(0xffffff, fade(t)));
    }
  }

  void sparkle(const Effect& effect, float t) {
    if (t >= 1) return;
    for (int i = 0; i < 6; ++i) {
      const float angle = static_cast<float>(i) * std::numbers::pi_v<float> / 3 + t;
      const float x = effect.x + 0.8f * t * std::cos(angle),
                  y = effect.y + 0.8f * t * std::sin(angle);
      const float size = 0.22f * (1 - t);
      scene_.line({x - size, y}, {x + size, y}, Color::hex(0xfff3a8, fade(t)), 0.07f);
      scene_.line({x, y - size}, {x, y + size}, Color::hex(0xfff3a8, fade(t)), 0.07f);
    }
  }

  void label(float x, const char* text, Align align) {
    scene_.text({x + 2, 36}, text, 20, Color::hex(0x2b1b2e, 150), align, true);
    scene_.text({x, 34}, text, 20, Color::hex(0xffffff), align, true);
  }

  void hud() {
    scene_.rectangle({480, 27}, 936, 36, Color::hex(0x2b1b2e, 90), 12);
    char text[64];
    std::snprintf(text, sizeof text, "SCORE %06d", world_.score());
    label(28, text, Align::left);
    const Sprite coin = sprite(Art::coin_front);
    scene_.sprite_part({330, 27}, 28, 28.0f * static_cast<float>(coin.height) / 16, sprite_sheet(),
                       coin.x, coin.y, coin.width, coin.height);
    std::snprintf(text, sizeof text, "x %02d", world_.coins());
    label(350, text, Align::left);
    label(560, world_.level().name.substr(0, 28).c_str(), Align::center);
    std::snprintf(text, sizeof text, "TIME %3d", (std::max(0, world_.ticks_left()) + 59) / 60);
    label(932, text, Align::right);
  }

  const World& world_;
  Scene& scene_;
  float left_ = 0, bottom_ = 0;
};

}  // namespace

void draw_world(const World& world, Scene& scene) { Painter(world, scene).paint(); }

}  // namespace sandlot::platformer
