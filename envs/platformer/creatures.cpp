// Enemies, shells, mushrooms and bullets.
#include <algorithm>
#include <cmath>

#include "envs/platformer/world.h"

namespace sandlot::platformer {

Creature* World::spawn(Entity kind, float x, float y, int facing) {
  std::size_t slot = 0;
  while (slot < creature_end_ && creatures_[slot].kind != Entity::none) ++slot;
  if (slot == max_creatures) return nullptr;
  creature_end_ = std::max(creature_end_, static_cast<std::uint8_t>(slot + 1));
  Creature& creature = creatures_[slot];
  creature = {};
  creature.kind = kind;
  creature.facing = static_cast<std::int8_t>(facing);
  creature.body.x = x;
  creature.body.y = y;
  return &creature;
}

// Enemies are listed by column, so a single counter says who is awake. Where all places are taken
// the next one sleeps on until there is room.
void World::wake_enemies() {
  const float horizon = player_.body.x + physics::wake_distance;
  while (next_enemy_ < static_cast<std::int32_t>(level_->enemies.size())) {
    const EnemySpawn& enemy = level_->enemies[static_cast<std::size_t>(next_enemy_)];
    if (static_cast<float>(enemy.column) > horizon) return;
    const Entity kind = enemy.kind == EnemyKind::slime ? Entity::slime : Entity::beetle;
    if (spawn(kind, static_cast<float>(enemy.column) + 0.5f, static_cast<float>(enemy.row), -1) ==
        nullptr)
      return;
    ++next_enemy_;
  }
}

void World::step_creatures() {
  bool shells = false;
  for (std::size_t i = 0; i < creature_end_; ++i) {
    Creature& creature = creatures_[i];
    if (creature.kind == Entity::none) continue;
    step_creature(creature);
    shells |= creature.kind == Entity::shell && creature.body.vx != 0;
  }
  turn_creatures();
  if (shells) slide_shells();
  while (creature_end_ > 0 && creatures_[creature_end_ - 1].kind == Entity::none) --creature_end_;
}

void World::step_creature(Creature& creature) {
  Body& body = creature.body;
  if (creature.timer > 0) --creature.timer;
  float speed = 0;
  switch (creature.kind) {
    case Entity::slime:
    case Entity::beetle:
      speed = physics::slime_speed;
      break;
    case Entity::mushroom:
      speed = physics::mushroom_speed;
      break;
    case Entity::shell:
      speed = body.vx != 0 ? physics::shell_speed : 0;
      break;
    case Entity::bullet:
      speed = physics::bullet_speed;
      break;
    case Entity::none:
      return;
  }
  body.vx = speed * static_cast<float>(creature.facing);
  if (std::abs(body.x - player_.body.x) > physics::forget_distance) {
    creature.kind = Entity::none;
    return;
  }
  if (creature.kind == Entity::bullet) {
    body.x += body.vx * physics::step;
    return;
  }
  ride_platform(body, ticks_);
  if (creature.kind == Entity::beetle && body.grounded && body.platform < 0) {
    // A beetle looks before it steps: it turns where its front foot would have no ground.
    const auto front = static_cast<int>(
        std::floor(body.x + body.vx * physics::step + static_cast<float>(creature.facing) * 0.25f));
    if (!solid(front, static_cast<int>(body.y) - 1)) {
      creature.facing = static_cast<std::int8_t>(-creature.facing);
      body.vx = -body.vx;
    }
  }
  const float intended = body.vx;
  const bool wall = move_x(body, body.vx * physics::step) || body.x < physics::half_width;
  if (wall) {
    creature.facing = static_cast<std::int8_t>(intended > 0 ? -1 : 1);
    body.vx = -intended;
  }
  const float before = body.vy;
  body.vy = std::max(before - physics::fall_gravity * physics::step, -physics::fall_speed);
  move_y(body, (before + body.vy) / 2 * physics::step);
  if (body.y < -2) {
    if (creature.kind != Entity::mushroom) emit(Event::enemy_fell);
    creature.kind = Entity::none;
  }
}

// Walkers that meet turn away from each other.
void World::turn_creatures() {
  const auto walks = [](const Creature& c) {
    return c.kind == Entity::slime || c.kind == Entity::beetle;
  };
  for (std::size_t i = 0; i < creature_end_; ++i) {
    if (!walks(creatures_[i])) continue;
    for (std::size_t j = i + 1; j < creature_end_; ++j) {
      if (!walks(creatures_[j])) continue;
      Creature& left = creatures_[i].body.x < creatures_[j].body.x ? creatures_[i] : creatures_[j];
      Creature& right = &left == &creatures_[i] ? creatures_[j] : creatures_[i];
      if (!left.body.box().overlaps(right.body.box())) continue;
      left.facing = -1;
      right.facing = 1;
    }
  }
}

void World::slide_shells() {
  for (std::size_t i = 0; i < creature_end_; ++i) {
    const Creature& shell = creatures_[i];
    if (shell.kind != Entity::shell || shell.body.vx == 0) continue;
    for (std::size_t j = 0; j < creature_end_; ++j) {
      Creature& other = creatures_[j];
      if (i == j || other.kind == Entity::none || other.kind == Entity::mushroom) continue;
      if (!shell.body.box().overlaps(other.body.box())) continue;
      emit(Event::enemy_shot);
      show(Effect::Kind::puff, other.body.x, other.body.y + 0.5f);
      award(200, other.body.x, other.body.y + 1);
      other.kind = Entity::none;
    }
  }
}

void World::knock_creatures_above(int column, int row) {
  const auto left = static_cast<float>(column), top = static_cast<float>(row + 1);
  for (std::size_t i = 0; i < creature_end_; ++i) {
    Creature& creature = creatures_[i];
    Body& body = creature.body;
    if (creature.kind == Entity::none || creature.kind == Entity::bullet) continue;
    if (!body.grounded || body.y != top) continue;
    if (body.x + physics::half_width <= left || body.x - physics::half_width >= left + 1) continue;
    if (creature.kind == Entity::mushroom) {
      body.vy = 9;
      body.grounded = false;
      continue;
    }
    emit(Event::enemy_knocked);
    show(Effect::Kind::puff, body.x, body.y + 0.5f);
    award(100, body.x, body.y + 1);
    creature.kind = Entity::none;
  }
}

void World::meet_player(Creature& creature, bool was_falling) {
  Body& body = player_.body;
  if (!body.box().overlaps(creature.body.box())) return;
  if (creature.kind == Entity::mushroom) {
    creature.kind = Entity::none;
    emit(Event::grew);
    award(1000, creature.body.x, creature.body.y + 1);
    // Where there is no room to stand up, growing ends in a crouch.
    player_.big = true;
    Box stand = body.box();
    stand.top = stand.bottom + physics::big_height;
    player_.crouching = blocked(stand);
    body.height = player_.crouching ? physics::small_height : physics::big_height;
    return;
  }
  const bool from_above = was_falling && body.y > creature.body.y + 0.4f * creature.body.height;
  const int away = body.x <= creature.body.x ? 1 : -1;
  if (creature.kind == Entity::shell && creature.body.vx == 0) {
    if (creature.timer > 0) return;
    creature.facing = static_cast<std::int8_t>(away);
    creature.body.vx = physics::shell_speed * static_cast<float>(away);
    creature.timer = 12;
    emit(Event::shell_kicked);
    award(400, creature.body.x, creature.body.y + 1);
    if (from_above) body.vy = physics::bounce_speed;
    return;
  }
  if (!from_above) {
    if (creature.timer == 0) hurt();
    return;
  }
  switch (creature.kind) {
    case Entity::beetle:
      creature.kind = Entity::shell;
      creature.body.vx = 0;
      creature.timer = 12;
      emit(Event::stomped);
      break;
    case Entity::shell:
      creature.body.vx = 0;
      creature.timer = 12;
      emit(Event::shell_stopped);
      break;
    default:
      show(creature.kind == Entity::slime ? Effect::Kind::squash : Effect::Kind::puff,
           creature.body.x, creature.body.y);
      creature.kind = Entity::none;
      emit(Event::stomped);
  }
  award(100, creature.body.x, creature.body.y + 1);
  body.vy = player_.jump_held ? physics::jump_speed : physics::bounce_speed;
  player_.rising = player_.jump_held;
  body.grounded = false;
}

// Each cannon fires by the clock, shifted by its column, at an agent that is near but not beside
// it.
void World::fire_cannons() {
  for (const Cannon& cannon : level_->cannons) {
    const float x = static_cast<float>(cannon.column) + 0.5f;
    const float distance = player_.body.x - x;
    if (std::abs(distance) > 14 || std::abs(distance) < 2) continue;
    if ((ticks_ + 37 * cannon.column) % physics::cannon_period != 0) continue;
    const int facing = distance < 0 ? -1 : 1;
    Creature* bullet = spawn(Entity::bullet, x + 0.75f * static_cast<float>(facing),
                             static_cast<float>(cannon.row) + 0.0625f, facing);
    if (bullet == nullptr) return;
    emit(Event::bullet_fired);
    show(Effect::Kind::puff, bullet->body.x, bullet->body.y + 0.5f);
  }
}

}  // namespace sandlot::platformer
