#include "envs/platformer/world.h"

#include <algorithm>
#include <cmath>

#include "sim/core/archive.h"

namespace sandlot::platformer {
namespace {

constexpr std::array<std::string_view, event_count> event_names = {
    "jumped",       "landed",        "bumped",     "block_broken",  "block_emptied",
    "coin",         "mushroom",      "grew",       "shrank",        "stomped",
    "shell_kicked", "shell_stopped", "enemy_shot", "enemy_knocked", "enemy_fell",
    "bullet_fired", "fell",          "hit",        "time_up",       "goal"};

// A smooth swing between −1 and 1 that starts in the middle: exact, since only ticks go in.
float swing(int tick) {
  const int half = physics::platform_period / 2;
  const int phase = (tick + half / 2) % physics::platform_period;
  const float along =  // 0 … 1 … 0
      static_cast<float>(phase < half ? phase : physics::platform_period - phase) /
      static_cast<float>(half);
  return 2 * along * along * (3 - 2 * along) - 1;
}

template <class E>
E read_enum(Reader& in, int count) {
  const auto value = in.read<std::uint8_t>();
  if (value >= count) in.fail("a platformer's state holds an unknown kind");
  return static_cast<E>(value);
}

float read_finite(Reader& in) {
  const float value = in.read<float>();
  // The bound keeps conversions to a tile's column and row defined.
  if (!(std::abs(value) < 1e6f)) in.fail("a platformer's state holds a place out of range");
  return value;
}

template <class T>
T read_between(Reader& in, T low, T high) {
  const T value = in.read<T>();
  if (value < low || value > high) in.fail("a platformer's state holds a count out of range");
  return value;
}

void save_body(Writer& out, const Body& body) {
  for (const float value : {body.x, body.y, body.vx, body.vy, body.height}) out.write(value);
  out.write(body.grounded);
  out.write(body.platform);
}

void load_body(Reader& in, Body& body, std::size_t platforms) {
  for (float* value : {&body.x, &body.y, &body.vx, &body.vy, &body.height})
    *value = read_finite(in);
  if (body.height != physics::small_height && body.height != physics::big_height)
    in.fail("a platformer's state holds a body of unknown height");
  in.read(body.grounded);
  body.platform = read_between<std::int16_t>(
      in, -1, static_cast<std::int16_t>(static_cast<int>(platforms) - 1));
}

}  // namespace

std::string_view event_name(Event event) { return event_names[static_cast<std::size_t>(event)]; }

void World::start(std::shared_ptr<const Level> level, int time_limit) {
  level_ = std::move(level);
  tiles_ = level_->tiles;
  player_ = {};
  player_.body.x = level_->start_x;
  player_.body.y = level_->start_y;
  player_.body.grounded = true;
  player_.coyote = physics::coyote_steps;
  creatures_.fill({});
  effects_.fill({});
  creature_end_ = effect_next_ = event_end_ = 0;
  outcome_ = Outcome::running;
  next_enemy_ = ticks_ = score_ = coins_ = 0;
  time_limit_ = time_limit;
  wake_enemies();
}

Outcome World::step(Buttons buttons) {
  event_end_ = 0;
  ++ticks_;
  const bool was_falling = !player_.body.grounded && player_.body.vy < 0;
  step_player(buttons);
  wake_enemies();
  step_creatures();
  for (std::size_t i = 0; i < creature_end_ && outcome_ == Outcome::running; ++i)
    if (creatures_[i].kind != Entity::none) meet_player(creatures_[i], was_falling);
  fire_cannons();
  if (player_.grace > 0) --player_.grace;
  if (outcome_ != Outcome::running) return outcome_;
  if (player_.body.y + player_.body.height < 0) {
    outcome_ = Outcome::dead;
    emit(Event::fell);
  } else if (player_.body.x >= level_->goal_x) {
    outcome_ = Outcome::won;
    emit(Event::goal);
    award(100 * std::clamp(static_cast<int>(player_.body.y - level_->goal_y) + 1, 1, 50),
          player_.body.x, player_.body.y + 1);
  } else if (ticks_ >= time_limit_) {
    outcome_ = Outcome::dead;
    emit(Event::time_up);
  }
  return outcome_;
}

void World::place(float x, float y, float vx, float vy) {
  Body& body = player_.body;
  body.x = x;
  body.y = y;
  body.vx = vx;
  body.vy = vy;
  body.grounded = false;
  body.platform = -1;
  player_.coyote = player_.buffer = 0;
  player_.rising = false;
}

void World::grow() {
  player_.big = true;
  player_.body.height = physics::big_height;
}

void World::platform_at(const MovingPlatform& platform, int tick, float& left, float& top) const {
  const float offset = physics::platform_reach * swing(tick);
  left = platform.x + (platform.vertical ? 0 : offset);
  top = platform.top + (platform.vertical ? offset : 0);
}

// Breakable blocks are looked up by tile, since the shared tree must not change.
Contact World::sweep_x(const Box& box, float distance) const {
  Contact contact = level_->solids->sweep_x(box, distance);
  Box area = box;
  (distance > 0 ? area.right : area.left) += distance;
  const int first = std::max(0, static_cast<int>(std::floor(area.left)));
  const int last = std::min(level_->width - 1, static_cast<int>(std::floor(area.right)));
  const int low = std::max(0, static_cast<int>(std::floor(area.bottom)));
  const int high = std::min(level_->height - 1, static_cast<int>(std::floor(area.top)));
  for (int row = low; row <= high; ++row)
    for (int column = first; column <= last; ++column)
      if (is_breakable(tiles_[tile_index(column, row)])) {
        const auto x = static_cast<float>(column), y = static_cast<float>(row);
        meet_x(contact, box, distance, {x, y, x + 1, y + 1});
      }
  return contact;
}

Contact World::sweep_y(const Box& box, float distance) const {
  Contact contact = level_->solids->sweep_y(box, distance);
  Box area = box;
  (distance > 0 ? area.top : area.bottom) += distance;
  const int first = std::max(0, static_cast<int>(std::floor(area.left)));
  const int last = std::min(level_->width - 1, static_cast<int>(std::floor(area.right)));
  const int low = std::max(0, static_cast<int>(std::floor(area.bottom)));
  const int high = std::min(level_->height - 1, static_cast<int>(std::floor(area.top)));
  // A block that ends exactly where a downward sweep begins counts: the body stands on it.
  const int start = distance > 0 ? low : std::max(0, low - 1);
  for (int row = start; row <= high; ++row)
    for (int column = first; column <= last; ++column)
      if (is_breakable(tiles_[tile_index(column, row)])) {
        const auto x = static_cast<float>(column), y = static_cast<float>(row);
        meet_y(contact, box, distance, {x, y, x + 1, y + 1});
      }
  return contact;
}

bool World::blocked(const Box& box) const {
  if (level_->solids->overlaps(box)) return true;
  for (int row = static_cast<int>(std::floor(box.bottom)); static_cast<float>(row) < box.top; ++row)
    for (int column = static_cast<int>(std::floor(box.left));
         static_cast<float>(column) < box.right; ++column)
      if (is_breakable(tile(column, row))) return true;
  return false;
}

bool World::move_x(Body& body, float distance) {
  if (distance == 0) return false;
  const Contact contact = sweep_x(body.box(), distance);
  if (contact.hit) {
    body.x = contact.face + (distance > 0 ? -physics::half_width : physics::half_width);
    body.vx = 0;
    return true;
  }
  body.x += distance;
  return false;
}

bool World::move_y(Body& body, float distance) {
  const Box box = body.box();
  Contact contact = sweep_y(box, distance);
  std::int16_t platform = -1;
  if (distance <= 0) {
    // Platforms hold from above only. Their rise in this step counts as the body's fall.
    for (std::size_t i = 0; i < level_->platforms.size(); ++i) {
      const MovingPlatform& p = level_->platforms[i];
      if (std::abs(p.x - body.x) > p.width + 2 * physics::platform_reach + 1) continue;
      float left, top, old_left, old_top;
      platform_at(p, ticks_, left, top);
      platform_at(p, ticks_ - 1, old_left, old_top);
      if (left >= box.right || left + p.width <= box.left) continue;
      if (box.bottom < std::min(old_top, top) || box.bottom + distance >= top) continue;
      // One that would press the body against a ceiling lets it through.
      if (top > box.bottom && sweep_y(box, top - box.bottom).hit) continue;
      if (!contact.hit || top > contact.face) {
        contact = {true, top};
        platform = static_cast<std::int16_t>(i);
      }
    }
  }
  body.platform = platform;
  body.grounded = contact.hit && distance <= 0;
  if (!contact.hit) {
    body.y += distance;
    return false;
  }
  body.y = distance > 0 ? contact.face - body.height : contact.face;
  body.vy = 0;
  return true;
}

// A platform takes along what stands on it, as far as there is room.
void World::ride_platform(Body& body, int tick) {
  if (body.platform < 0) return;
  const MovingPlatform& p = level_->platforms[static_cast<std::size_t>(body.platform)];
  float left, top, old_left, old_top;
  platform_at(p, tick, left, top);
  platform_at(p, tick - 1, old_left, old_top);
  const float speed = body.vx;
  move_x(body, left - old_left);
  body.vx = speed;
  const float rise = top - body.y;
  if (rise > 0 && sweep_y(body.box(), rise).hit) return;  // pressed against a ceiling: it slips off
  if (rise < 0 && sweep_y(body.box(), rise).hit) return;  // set down on the ground
  body.y = top;
}

void World::save(Writer& out) const {
  out.tag("platformer world");
  out.write(tiles_);
  save_body(out, player_.body);
  out.write(player_.facing);
  for (const bool flag : {player_.big, player_.crouching, player_.jump_held, player_.rising})
    out.write(flag);
  for (const std::uint8_t count : {player_.coyote, player_.buffer, player_.grace}) out.write(count);
  out.write(creature_end_);
  for (std::size_t i = 0; i < creature_end_; ++i) {
    const Creature& c = creatures_[i];
    out.write(c.kind);
    out.write(c.facing);
    out.write(c.timer);
    save_body(out, c.body);
  }
  for (const Effect& effect : effects_) {
    out.write(effect.kind);
    out.write(effect.born);
    out.write(effect.x);
    out.write(effect.y);
    out.write(effect.value);
  }
  out.write(effect_next_);
  out.write(event_end_);
  for (std::size_t i = 0; i < event_end_; ++i) out.write(events_[i]);
  out.write(outcome_);
  for (const std::int32_t value : {next_enemy_, ticks_, time_limit_, score_, coins_})
    out.write(value);
}

void World::load(Reader& in) {
  in.expect_tag("platformer world");
  if (in.read<std::uint64_t>() != tiles_.size()) in.fail("it was saved in another level");
  for (std::size_t i = 0; i < tiles_.size(); ++i) {
    tiles_[i] = read_enum<Tile>(in, tile_count);
    // Blocks empty, break or are taken, nothing else: the solids that all copies share stand.
    const Tile original = level_->tiles[i];
    if (is_solid(original) && !is_breakable(original) && !is_solid(tiles_[i]))
      in.fail("it was saved in another level");
  }
  const std::size_t platforms = level_->platforms.size();
  load_body(in, player_.body, platforms);
  player_.facing = read_between<std::int8_t>(in, -1, 1);
  for (bool* flag : {&player_.big, &player_.crouching, &player_.jump_held, &player_.rising})
    in.read(*flag);
  for (std::uint8_t* count : {&player_.coyote, &player_.buffer, &player_.grace}) in.read(*count);
  creature_end_ = read_between<std::uint8_t>(in, 0, max_creatures);
  creatures_.fill({});
  for (std::size_t i = 0; i < creature_end_; ++i) {
    Creature& c = creatures_[i];
    c.kind = read_enum<Entity>(in, entity_count);
    c.facing = read_between<std::int8_t>(in, -1, 1);
    in.read(c.timer);
    load_body(in, c.body, platforms);
  }
  for (Effect& effect : effects_) {
    effect.kind = read_enum<Effect::Kind>(in, effect_kinds);
    in.read(effect.born);
    effect.x = read_finite(in);
    effect.y = read_finite(in);
    in.read(effect.value);
  }
  effect_next_ = read_between<std::uint8_t>(in, 0, max_effects - 1);
  event_end_ = read_between<std::uint8_t>(in, 0, max_events);
  for (std::size_t i = 0; i < event_end_; ++i) events_[i] = read_enum<Event>(in, event_count);
  outcome_ = read_enum<Outcome>(in, 3);
  next_enemy_ =
      read_between<std::int32_t>(in, 0, static_cast<std::int32_t>(level_->enemies.size()));
  ticks_ = read_between<std::int32_t>(in, 0, 1 << 30);
  time_limit_ = read_between<std::int32_t>(in, 0, 1 << 30);
  in.read(score_);
  in.read(coins_);
}

}  // namespace sandlot::platformer
