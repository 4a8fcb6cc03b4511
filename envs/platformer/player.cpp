// The agent's body: running, jumping, blocks and coins.
#include <algorithm>
#include <cmath>

#include "envs/platformer/world.h"

namespace sandlot::platformer {
namespace {

float towards(float value, float target, float change) {
  return value < target ? std::min(value + change, target) : std::max(value - change, target);
}

}  // namespace

void World::step_player(Buttons buttons) {
  Body& body = player_.body;
  const bool was_grounded = body.grounded;
  ride_platform(body, ticks_);
  crouch(buttons);
  walk(buttons);
  jump(buttons);

  if (move_x(body, body.vx * physics::step) && std::abs(body.vx) > 0) body.vx = 0;
  const float edge = static_cast<float>(level_->width) - physics::half_width;
  if (body.x < physics::half_width || body.x > edge) {
    body.x = std::clamp(body.x, physics::half_width, edge);
    body.vx = 0;
  }

  if (body.vy <= 0 || !buttons.jump) player_.rising = false;
  const float gravity = player_.rising ? physics::rise_gravity : physics::fall_gravity;
  const float before = body.vy;
  body.vy = std::max(before - gravity * physics::step, -physics::fall_speed);
  // The mean of both speeds: exact under constant gravity.
  const float rise = (before + body.vy) / 2 * physics::step;
  if (rise > 0) {
    const Contact contact = sweep_y(body.box(), rise);
    if (contact.hit && !steer_round_corner(rise)) bump_head(contact.face);
  }
  move_y(body, rise);
  if (body.grounded) {
    if (!was_grounded) {
      emit(Event::landed);
      show(Effect::Kind::dust, body.x, body.y);
    }
    player_.coyote = physics::coyote_steps + 1;
  }
  if (player_.coyote > 0) --player_.coyote;
  collect_coins();
}

void World::crouch(Buttons buttons) {
  Body& body = player_.body;
  if (!player_.big) {
    player_.crouching = false;
  } else if (body.grounded) {
    Box stand = body.box();
    stand.top = stand.bottom + physics::big_height;
    player_.crouching = buttons.down || (player_.crouching && blocked(stand));
  }
  body.height = player_.big && !player_.crouching ? physics::big_height : physics::small_height;
}

void World::walk(Buttons buttons) {
  Body& body = player_.body;
  const int direction = (buttons.right ? 1 : 0) - (buttons.left ? 1 : 0);
  const bool slides = player_.crouching && body.grounded;
  if (direction == 0 || slides) {
    if (body.grounded) body.vx = towards(body.vx, 0, physics::friction * physics::step);
    return;
  }
  player_.facing = static_cast<std::int8_t>(direction);
  const auto sign = static_cast<float>(direction);
  const float top_speed = buttons.run ? physics::run_speed : physics::walk_speed;
  float rate = buttons.run ? physics::run_acceleration : physics::walk_acceleration;
  if (!body.grounded) rate = physics::air_acceleration;
  if (body.vx * sign < 0) rate = physics::skid;
  if (body.vx * sign > top_speed) {
    // Too fast for a walk: slow down on the ground, keep the momentum in the air.
    if (!body.grounded) return;
    rate = physics::friction;
  }
  body.vx = towards(body.vx, sign * top_speed, rate * physics::step);
}

void World::jump(Buttons buttons) {
  Body& body = player_.body;
  if (buttons.jump && !player_.jump_held) {
    player_.buffer = physics::buffer_steps;
  } else if (player_.buffer > 0) {
    --player_.buffer;
  }
  player_.jump_held = buttons.jump;
  if (player_.buffer == 0 || player_.coyote == 0) return;
  body.vy = physics::jump_speed +
            physics::jump_speed_per_speed * std::min(std::abs(body.vx), physics::run_speed);
  if (body.platform >= 0) {  // a platform's own motion is passed on
    const MovingPlatform& p = level_->platforms[static_cast<std::size_t>(body.platform)];
    float left, top, old_left, old_top;
    platform_at(p, ticks_, left, top);
    platform_at(p, ticks_ - 1, old_left, old_top);
    body.vx += (left - old_left) / physics::step;
    body.vy += std::max(0.0f, (top - old_top) / physics::step);
  }
  body.grounded = false;
  body.platform = -1;
  player_.coyote = player_.buffer = 0;
  player_.rising = true;
  emit(Event::jumped);
  show(Effect::Kind::dust, body.x, body.y);
}

// A head that only just touches a corner slips past it instead of ending the jump.
bool World::steer_round_corner(float rise) {
  Body& body = player_.body;
  const float x = body.x;
  const float left_face = std::floor(x + physics::half_width);
  const float right_face = std::ceil(x - physics::half_width);
  for (const float candidate :
       {left_face - physics::half_width, right_face + physics::half_width}) {
    if (candidate == x || std::abs(candidate - x) > physics::corner) continue;
    body.x = candidate;
    if (!blocked(body.box()) && !sweep_y(body.box(), rise).hit) return true;
  }
  body.x = x;
  return false;
}

void World::bump_head(float face) {
  const Body& body = player_.body;
  const int row = static_cast<int>(face);
  const int middle = static_cast<int>(std::floor(body.x));
  const int left = static_cast<int>(std::floor(body.x - physics::half_width));
  const int right = static_cast<int>(std::ceil(body.x + physics::half_width)) - 1;
  // The block above the middle of the head, else the one it touches.
  const int column = solid(middle, row) ? middle : (solid(left, row) ? left : right);
  bump_block(column, row);
}

void World::bump_block(int column, int row) {
  if (!level_->inside(column, row)) return;
  Tile& block = tiles_[tile_index(column, row)];
  const float x = static_cast<float>(column) + 0.5f, y = static_cast<float>(row) + 0.5f;
  emit(Event::bumped);
  switch (block) {
    case Tile::question:
      block = Tile::used;
      ++coins_;
      emit(Event::block_emptied);
      emit(Event::coin);
      show(Effect::Kind::coin, x, y + 1);
      award(200, x, y + 1.5f);
      break;
    case Tile::question_mushroom:
      block = Tile::used;
      emit(Event::block_emptied);
      if (spawn(Entity::mushroom, x, static_cast<float>(row + 1), 1) != nullptr)
        emit(Event::mushroom_appeared);
      break;
    case Tile::breakable:
      if (player_.big) {
        block = Tile::empty;
        emit(Event::block_broken);
        show(Effect::Kind::shards, x, y);
        score_ += 50;
      }
      break;
    default:
      return;  // ground and pipes do not move
  }
  show(Effect::Kind::bump, x, y);
  knock_creatures_above(column, row);
}

void World::collect_coins() {
  const Box box = player_.body.box();
  const int first = std::max(0, static_cast<int>(std::floor(box.left)));
  const int last = std::min(level_->width - 1, static_cast<int>(std::floor(box.right)));
  const int low = std::max(0, static_cast<int>(std::floor(box.bottom)));
  const int high = std::min(level_->height - 1, static_cast<int>(std::floor(box.top)));
  for (int row = low; row <= high; ++row) {
    for (int column = first; column <= last; ++column) {
      Tile& coin = tiles_[tile_index(column, row)];
      if (coin != Tile::coin) continue;
      coin = Tile::empty;
      ++coins_;
      score_ += 200;
      emit(Event::coin);
      show(Effect::Kind::sparkle, static_cast<float>(column) + 0.5f,
           static_cast<float>(row) + 0.5f);
    }
  }
}

void World::hurt() {
  if (player_.grace > 0) return;
  if (!player_.big) {
    outcome_ = Outcome::dead;
    emit(Event::hit);
    return;
  }
  player_.big = false;
  player_.crouching = false;
  player_.body.height = physics::small_height;
  player_.grace = physics::grace_steps;
  emit(Event::shrank);
  show(Effect::Kind::puff, player_.body.x, player_.body.y + 0.5f);
}

}  // namespace sandlot::platformer
