#include <doctest/doctest.h>

#include <cmath>

#include "envs/platformer/generator.h"
#include "envs/platformer/world.h"
#include "sim/core/random.h"
#include "tests/envs/platformer/helpers.h"

using namespace sandlot::platformer;

namespace {

// The highest the feet get when the button is held for `held` steps, after a run-up of `run_up`.
float jump_height(int held, int run_up = 0, Buttons direction = none) {
  World world = world_of(flat(120, 14));
  press(world, direction, run_up);
  const float ground = world.player().body.y;
  Buttons buttons = direction;
  float highest = ground;
  for (int i = 0; i < 120; ++i) {
    buttons.jump = i < held;
    world.step(buttons);
    highest = std::max(highest, world.player().body.y);
  }
  CHECK(world.player().body.y == ground);
  return highest - ground;
}

}  // namespace

TEST_CASE("walking and running reach their speeds, friction stops") {
  World world = world_of(flat(200));
  press(world, right, 60);
  CHECK(world.player().body.vx == physics::walk_speed);
  press(world, run_right, 60);
  CHECK(world.player().body.vx == physics::run_speed);
  const float x = world.player().body.x;
  press(world, run_right, 60);
  CHECK(world.player().body.x == doctest::Approx(x + physics::run_speed).epsilon(1e-4));
  press(world, none, 26);  // 9.5 / 22 s
  CHECK(world.player().body.vx == 0);
  press(world, left, 30);
  CHECK(world.player().body.vx < 0);
  CHECK(world.player().facing == -1);
}

TEST_CASE("a longer press jumps higher, up to the height of a held jump") {
  float last = 0.5f;
  for (const int held : {1, 4, 8, 12, 20}) {
    const float height = jump_height(held);
    CHECK(height > last);
    last = height;
  }
  // v² / 2g
  CHECK(jump_height(60) == doctest::Approx(16.0 * 16.0 / (2 * 31)).epsilon(0.01));
  CHECK(jump_height(60, 60, run_right) ==
        doctest::Approx(std::pow(16 + 0.2 * 9.5, 2) / (2 * 31)).epsilon(0.01));
}

TEST_CASE("a held button jumps once; a new press is needed for the next jump") {
  World world = world_of(flat(40));
  CHECK(count(press(world, jump, 200), Event::jumped) == 1);
  press(world, none);
  CHECK(count(press(world, jump, 10), Event::jumped) == 1);
}

TEST_CASE("coyote time: a jump just after the edge still happens, a late one does not") {
  const std::string text = rows(
      {"--------------", "--------------", "-P----------F-", "XXXXX-----XXXX", "XXXXX-----XXXX"});
  for (const auto& [late, jumps] : {std::pair{1, 1L}, {5, 1L}, {8, 0L}, {12, 0L}}) {
    World world = world_of(text);
    while (world.player().body.grounded) world.step(right);
    press(world, right, late - 1);
    CAPTURE(late);
    CHECK(count(press(world, {.right = true, .jump = true}, 1), Event::jumped) == jumps);
  }
}

TEST_CASE("jump buffer: a press just before the landing is remembered, an early one is not") {
  int landing = 0;  // steps from the fall's start to the landing
  World probe = world_of(flat(40));
  probe.place(5, 6);
  while (!probe.player().body.grounded) {
    probe.step(none);
    ++landing;
  }
  for (const auto& [early, jumps] : {std::pair{2, 1L}, {5, 1L}, {9, 0L}, {15, 0L}}) {
    World world = world_of(flat(40));
    world.place(5, 6);
    press(world, none, landing - early);
    CAPTURE(early);
    CHECK(count(press(world, jump, early + 5), Event::jumped) == jumps);
  }
}

TEST_CASE("nothing snags on the seams of a floor of single tiles") {
  // Ground, used, question and breakable blocks side by side: many boxes, one even floor.
  std::string floor;
  for (int i = 0; i < 400; ++i) floor += "XQSXQ?S"[i % 7];
  World world = world_of(fill('-', 400) + "\n" + fill('-', 400) + "\n-P" + fill('-', 396) + "F-\n" +
                         floor + "\n");
  press(world, run_right, 60);
  for (int i = 0; i < 1500; ++i) {
    world.step(run_right);
    REQUIRE(world.player().body.vx == physics::run_speed);
    REQUIRE(world.player().body.y == 1);
    REQUIRE(world.player().body.grounded);
  }
}

TEST_CASE("pressing against a wall of tiles slows neither rise nor fall") {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "------" + std::string(i % 2 == 0 ? "Q" : "S") + "---\n";
  text += "-P----Q---\nXXXXXXXXXX\n";
  World against = world_of(text), freely = world_of(text);
  against.place(5.625f, 1);  // touching the wall
  freely.place(4, 1);
  press(against, none, 2);
  press(freely, none, 2);
  against.step(jump);
  freely.step(jump);
  int steps = 1;
  while (!freely.player().body.grounded) {
    against.step({.right = true, .jump = true});
    freely.step(jump);
    REQUIRE(against.player().body.x == 5.625f);
    REQUIRE(against.player().body.y == freely.player().body.y);
    ++steps;
  }
  CHECK(steps > 40);
}

TEST_CASE("no speed is high enough to pass through a wall, a floor or a ceiling") {
  const std::string text =
      rows({"XXXXXXXXXXXXXXXXXXXX", "X------------------X", "X--------S---------X",
            "XP-------S--------FX", "XXXXXXXXXXXXXXXXXXXX"});
  for (const float speed : {20.0f, 100.0f, 1000.0f, 50000.0f}) {
    CAPTURE(speed);
    World world = world_of(text);
    world.place(3, 1, speed, 0);
    press(world, run_right, 60);
    CHECK(world.player().body.x == 9 - physics::half_width);  // the one-tile wall of blocks
    world.place(15, 1, -speed, 0);
    press(world, {.left = true, .run = true}, 60);
    CHECK(world.player().body.x == 10 + physics::half_width);
    world.place(5, 2.5f, 0, -speed);
    press(world, none, 60);
    CHECK(world.player().body.y == 1);
    world.place(5, 1, 0, speed);
    float highest = 1;
    for (int i = 0; i < 10; ++i) {
      world.step(none);
      highest = std::max(highest, world.player().body.y);
    }
    CHECK(highest <= 4 - physics::small_height);
    if (speed > 50) CHECK(highest == 4 - physics::small_height);
  }
}

TEST_CASE("heads empty question blocks, big ones break blocks, small ones only knock") {
  const std::string text = rows({"------------", "------------", "---?-S-M----", "------------",
                                 "------------", "-P--------F-", "XXXXXXXXXXXX"});
  World world = world_of(text);
  world.place(3.5f, 1);
  press(world, none, 2);
  auto events = press(world, jump, 30);
  CHECK(count(events, Event::block_emptied) == 1);
  CHECK(count(events, Event::coin) == 1);
  CHECK(world.coins() == 1);
  CHECK(world.tile(3, 4) == Tile::used);
  press(world, none, 30);
  CHECK(count(press(world, jump, 30), Event::block_emptied) == 0);  // empty by now

  world.place(5.5f, 1);
  press(world, none, 2);
  events = press(world, jump, 30);
  CHECK(count(events, Event::bumped) == 1);
  CHECK(count(events, Event::block_broken) == 0);
  CHECK(world.tile(5, 4) == Tile::breakable);
  press(world, none, 40);
  world.grow();
  CHECK(count(press(world, jump, 30), Event::block_broken) == 1);
  CHECK(world.tile(5, 4) == Tile::empty);
  CHECK(world.level().at(5, 4) == Tile::breakable);  // the shared level is as it was

  press(world, none, 40);
  world.place(7.5f, 1);
  press(world, none, 2);
  CHECK(count(press(world, jump, 30), Event::mushroom_appeared) == 1);
  CHECK(find(world, Entity::mushroom) != nullptr);
}

TEST_CASE("a head that touches a corner slips past it") {
  const std::string text =
      rows({"--------", "--------", "---X----", "--------", "--------", "P-----F-", "XXXXXXXX"});
  World slips = world_of(text);
  slips.place(2.75f, 1);  // 0.125 under the block
  press(slips, none, 2);
  press(slips, jump, 25);
  CHECK(slips.player().body.y > 4);
  World stops = world_of(text);
  stops.place(3.0f, 1);  // 0.375 under it
  press(stops, none, 2);
  press(stops, jump, 25);
  CHECK(stops.player().body.y < 4);
}

TEST_CASE("the big agent crouches, and stays down where there is no room") {
  const std::string text =
      rows({"----------", "----------", "----XXX---", "-P-------F", "XXXXXXXXXX"});
  World world = world_of(text);
  world.grow();
  press(world, right, 60);
  CHECK(world.player().body.x == 4 - physics::half_width);  // two tiles high do not fit
  world.place(3, 1, 9, 0);
  press(world, {.down = true}, 20);
  CHECK(world.player().body.height == physics::small_height);
  CHECK(world.player().body.x > 4.5f);
  press(world, none, 5);
  CHECK(world.player().crouching);
}

TEST_CASE("coins are taken where the agent passes") {
  World world = world_of(rows({"----------", "-P-ooo--F-", "XXXXXXXXXX"}));
  const auto events = press(world, right, 200);
  CHECK(count(events, Event::coin) == 3);
  CHECK(count(events, Event::goal) == 1);
  CHECK(world.outcome() == Outcome::won);
  CHECK(world.score() >= 600);
}

TEST_CASE("falling into a gap and running out of time are deaths") {
  World world = world_of(rows({"----------", "-P------F-", "XXX---XXXX"}));
  CHECK(count(press(world, right, 200), Event::fell) == 1);
  CHECK(world.outcome() == Outcome::dead);
  World late = world_of(flat(30), 120);
  CHECK(count(press(late, none, 119), Event::time_up) == 0);
  CHECK(late.outcome() == Outcome::running);
  CHECK(count(press(late, none, 1), Event::time_up) == 1);
  CHECK(late.outcome() == Outcome::dead);
}

TEST_CASE("moving platforms carry sideways and up and down, and hold from above only") {
  const std::string text =
      rows({"----------------", "----------------", "----------------", "----------------",
            "-P------------F-", "XXX---HHH---XXXX", "X-------------XX", "X-------------XX"});
  World world = world_of(text);
  float x, top;
  world.platform_at(world.level().platforms[0], 0, x, top);
  world.place(x + 1.5f, top + 0.5f);
  press(world, none, 30);
  REQUIRE(world.player().body.platform == 0);
  world.platform_at(world.level().platforms[0], world.ticks(), x, top);
  const float on_it = world.player().body.x - x;
  for (int i = 0; i < 600; ++i) {
    world.step(none);
    world.platform_at(world.level().platforms[0], world.ticks(), x, top);
    REQUIRE(world.player().body.y == top);
    REQUIRE(world.player().body.x - x == doctest::Approx(on_it).epsilon(1e-3));
  }

  const std::string lift =
      rows({"----------------", "----------------", "----------------", "----------------",
            "-P------------F-", "XXX---VVV---XXXX", "X-------------XX", "X-------------XX"});
  World up = world_of(lift);
  up.place(7.5f, 4);
  press(up, none, 60);
  REQUIRE(up.player().body.platform == 0);
  float lowest = 100, highest = 0;
  for (int i = 0; i < 600; ++i) {
    up.step(none);
    up.platform_at(up.level().platforms[0], up.ticks(), x, top);
    REQUIRE(up.player().body.y == top);
    lowest = std::min(lowest, top);
    highest = std::max(highest, top);
  }
  CHECK(highest - lowest > 4.9f);

  World below = world_of(text);  // from below the agent passes
  below.platform_at(below.level().platforms[0], 1, x, top);
  below.place(x + 1.5f, top - 1, 0, 16);
  press(below, none, 1);
  CHECK(below.player().body.vy > 10);
}

TEST_CASE("a platform that rises to a ceiling lets go of what it carries") {
  const std::string text =
      rows({"----------------", "----------------", "XXXXXXXXXXXXXXXX", "----------------",
            "----------------", "-P------------F-", "XXX---VVV----XXX", "X--------------X"});
  World world = world_of(text);
  world.place(7.5f, 2.5f);
  bool carried = false;
  for (int i = 0; i < 600 && world.outcome() == Outcome::running; ++i) {
    world.step(none);
    carried |= world.player().body.platform == 0;
    REQUIRE_FALSE(world.blocked(world.player().body.box()));
  }
  CHECK(carried);
}

TEST_CASE("no body is ever inside of a solid") {
  sandlot::Random random(11);
  for (int episode = 0; episode < 60; ++episode) {
    World world;
    world.start(generated_level(static_cast<std::uint64_t>(episode), 30 + episode, 100), 3000);
    if (episode % 2 == 0) world.grow();
    Buttons buttons;
    while (world.outcome() == Outcome::running) {
      if (world.ticks() % 10 == 0) {
        const std::uint32_t bits = random.next_u32();
        buttons = {(bits & 7) == 0, (bits & 7) > 1, (bits & 0x38) == 0, (bits & 0x40) != 0,
                   (bits & 0x80) != 0};
      }
      world.step(buttons);
      REQUIRE_FALSE(world.blocked(world.player().body.box()));
      for (const Creature& creature : world.creatures())
        if (creature.kind != Entity::none && creature.kind != Entity::bullet)
          REQUIRE_FALSE(world.blocked(creature.body.box()));
    }
  }
}
