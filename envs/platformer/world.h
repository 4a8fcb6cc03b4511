// World: the moving part of a level, one step of 1/60 s at a time.
//
// Plain values in fixed arrays: a copy of a world is an exact fork of it, which is what saving,
// replaying and searching need. Lengths are in tiles, times in steps or seconds, y grows upward. A
// body's x is its middle, its y its feet.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "envs/platformer/level.h"

namespace sandlot {
class Writer;
class Reader;
}  // namespace sandlot

namespace sandlot::platformer {

// Tuned to play like the classics of the genre, whose published figures are of the same size
// (walking 5.9, running 9.6 tiles/s, jumps of 4 to 5 tiles).
namespace physics {
constexpr float step = 1.0f / 60;    // s
constexpr float walk_speed = 5.75f;  // tiles/s
constexpr float run_speed = 9.5f;
constexpr float walk_acceleration = 20;  // tiles/s²
constexpr float run_acceleration = 17;
constexpr float air_acceleration = 18;
constexpr float friction = 22;  // no direction pressed
constexpr float skid = 44;      // the opposite direction pressed
constexpr float jump_speed = 16;
constexpr float jump_speed_per_speed = 0.2f;  // a run-up jumps higher
constexpr float rise_gravity = 31;            // while the button is held on the way up
constexpr float fall_gravity = 78;
constexpr float fall_speed = 17;   // at most
constexpr float bounce_speed = 9;  // after a stomp; with the button held, a jump's
constexpr int coyote_steps = 6;    // a jump is still possible 0.1 s after the edge
constexpr int buffer_steps = 6;    // a jump pressed 0.1 s early still happens
constexpr int grace_steps = 120;   // unhurt after a hit
constexpr float corner = 0.25f;    // overlap of a head with a corner that is steered round
constexpr float half_width = 0.375f;
constexpr float small_height = 0.875f;
constexpr float big_height = 1.75f;
constexpr float slime_speed = 1.75f;
constexpr float mushroom_speed = 3;
constexpr float shell_speed = 10;
constexpr float bullet_speed = 5;
constexpr int cannon_period = 150;      // steps between shots
constexpr float platform_reach = 2.5f;  // tiles to either side
constexpr int platform_period = 300;    // steps
constexpr float wake_distance = 18;     // enemies sleep until the agent is this near
constexpr float forget_distance = 24;   // what lags behind further than this is gone
}  // namespace physics

struct Buttons {
  bool left = false, right = false, down = false, jump = false, run = false;
  bool operator==(const Buttons&) const = default;
};

enum class Event : std::uint8_t {
  jumped,
  landed,
  bumped,
  block_broken,
  block_emptied,
  coin,
  mushroom_appeared,
  grew,
  shrank,
  stomped,
  shell_kicked,
  shell_stopped,
  enemy_shot,
  enemy_knocked,
  enemy_fell,
  bullet_fired,
  fell,
  hit,
  time_up,
  goal,
};
constexpr int event_count = 20;
std::string_view event_name(Event event);

enum class Entity : std::uint8_t { none, slime, beetle, shell, mushroom, bullet };
constexpr int entity_count = 6;

// Something that moves and meets solids.
struct Body {
  float x = 0, y = 0;    // middle, feet
  float vx = 0, vy = 0;  // tiles/s
  float height = physics::small_height;
  bool grounded = false;
  std::int16_t platform = -1;  // the moving platform it stands on

  Box box() const { return {x - physics::half_width, y, x + physics::half_width, y + height}; }
};

struct Creature {
  Entity kind = Entity::none;
  std::int8_t facing = -1;
  std::uint8_t timer = 0;  // steps in which a shell neither hurts nor is kicked after a touch
  Body body;
};

struct Player {
  Body body;
  std::int8_t facing = 1;
  bool big = false;
  bool crouching = false;
  bool jump_held = false;   // last step's button
  bool rising = false;      // in a jump whose button has been held since
  std::uint8_t coyote = 0;  // steps left in which a jump is possible
  std::uint8_t buffer = 0;  // steps left in which a press is remembered
  std::uint8_t grace = 0;   // steps left unhurt
};

// Something to be seen for a moment; it does not act on the world.
struct Effect {
  enum class Kind : std::uint8_t { none, shards, coin, puff, squash, bump, sparkle, score, dust };
  Kind kind = Kind::none;
  std::int32_t born = 0;  // step
  float x = 0, y = 0;
  std::int32_t value = 0;
};
constexpr int effect_kinds = 9;

enum class Outcome : std::uint8_t { running, dead, won };

class World {
 public:
  static constexpr int max_creatures = 24;
  static constexpr int max_effects = 16;
  static constexpr int max_events = 16;

  World() = default;
  // Starts an episode; the agent has `time_limit` steps.
  void start(std::shared_ptr<const Level> level, int time_limit);
  // One step of 1/60 s; no more than that may follow an outcome other than running.
  Outcome step(Buttons buttons);

  const Level& level() const { return *level_; }
  const std::shared_ptr<const Level>& shared_level() const { return level_; }
  const Player& player() const { return player_; }
  std::span<const Creature> creatures() const { return {creatures_.data(), creature_end_}; }
  // Enemies that have not been near enough to wake yet, by column.
  std::span<const EnemySpawn> sleeping() const {
    return std::span(level_->enemies).subspan(static_cast<std::size_t>(next_enemy_));
  }
  std::span<const Effect> effects() const { return effects_; }
  std::span<const Event> events() const { return {events_.data(), event_end_}; }
  Outcome outcome() const { return outcome_; }
  int ticks() const { return ticks_; }
  int ticks_left() const { return time_limit_ - ticks_; }
  int score() const { return score_; }
  int coins() const { return coins_; }
  bool can_jump() const { return player_.coyote > 0 && !player_.jump_held; }
  // Episode's tiles; outside of the level: ground to the left, empty elsewhere.
  Tile tile(int column, int row) const {
    if (column < 0) return Tile::ground;
    if (!level_->inside(column, row)) return Tile::empty;
    return tiles_[tile_index(column, row)];
  }
  bool solid(int column, int row) const { return is_solid(tile(column, row)); }
  // Whether a box overlaps anything solid.
  bool blocked(const Box& box) const;
  // Upper left corner of a moving platform at a step.
  void platform_at(const MovingPlatform& platform, int tick, float& left, float& top) const;

  // For tests and demonstrations: puts the agent somewhere.
  void place(float x, float y, float vx = 0, float vy = 0);
  void grow();

  void save(Writer& out) const;
  // Into a world that start() has given the level of the saved one. Throws ArchiveError.
  void load(Reader& in);

 private:
  std::size_t tile_index(int column, int row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(level_->width) +
           static_cast<std::size_t>(column);
  }
  // player.cpp
  void step_player(Buttons buttons);
  void walk(Buttons buttons);
  void jump(Buttons buttons);
  void crouch(Buttons buttons);
  bool steer_round_corner(float rise);
  void bump_head(float face);
  void bump_block(int column, int row);
  void collect_coins();
  void ride_platform(Body& body, int tick);
  void hurt();
  // collision of a body with solids, breakable blocks and platforms
  Contact sweep_x(const Box& box, float distance) const;
  Contact sweep_y(const Box& box, float distance) const;
  bool move_x(Body& body, float distance);  // true: stopped by a wall
  bool move_y(Body& body, float distance);  // true: stopped by ground, platform or ceiling
  // creatures.cpp
  void wake_enemies();
  void step_creatures();
  void step_creature(Creature& creature);
  void turn_creatures();
  void meet_player(Creature& creature, bool was_falling);
  void slide_shells();
  void fire_cannons();
  Creature* spawn(Entity kind, float x, float y, int facing);
  void knock_creatures_above(int column, int row);

  void emit(Event event) {
    if (event_end_ < max_events) events_[event_end_++] = event;
  }
  void show(Effect::Kind kind, float x, float y, int value = 0) {
    effects_[effect_next_] = {kind, ticks_, x, y, value};
    effect_next_ = static_cast<std::uint8_t>((effect_next_ + 1) % max_effects);
  }
  void award(int points, float x, float y) {
    score_ += points;
    show(Effect::Kind::score, x, y, points);
  }

  std::shared_ptr<const Level> level_;
  std::vector<Tile> tiles_;
  Player player_;
  std::array<Creature, max_creatures> creatures_{};
  std::array<Effect, max_effects> effects_{};
  std::array<Event, max_events> events_{};
  std::uint8_t creature_end_ = 0;  // creatures_ beyond are none
  std::uint8_t effect_next_ = 0;
  std::uint8_t event_end_ = 0;
  Outcome outcome_ = Outcome::running;
  std::int32_t next_enemy_ = 0;  // index of the first enemy still asleep
  std::int32_t ticks_ = 0;
  std::int32_t time_limit_ = 0;
  std::int32_t score_ = 0;
  std::int32_t coins_ = 0;
};

}  // namespace sandlot::platformer
