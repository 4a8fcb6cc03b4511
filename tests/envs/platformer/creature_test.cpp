#include <doctest/doctest.h>

#include "envs/platformer/world.h"
#include "tests/envs/platformer/helpers.h"

using namespace sandlot::platformer;

namespace {

std::string with(char tile, int column, int width = 40) {
  std::string line = "-P" + fill('-', width - 4) + "F-";
  line[static_cast<std::size_t>(column)] = tile;
  std::string text;
  for (int i = 0; i < 8; ++i) text += fill('-', width) + "\n";
  return text + line + "\n" + fill('X', width) + "\n";
}

}  // namespace

TEST_CASE("a slime walks, turns at a wall and falls off an edge; a beetle turns at the edge") {
  const std::string text =
      rows({"--------------------", "P------------------F", "X---E------k--------",
            "X-XXXXX--XXXX-----XX", "X-----------------XX"});
  World world = world_of(text);
  world.place(0.5f, 3);
  std::vector<Event> events = press(world, none, 400);
  const Creature* beetle = find(world, Entity::beetle);
  REQUIRE(beetle != nullptr);
  CHECK(beetle->body.y == 2);
  CHECK(count(events, Event::enemy_fell) == 1);
  CHECK(find(world, Entity::slime) == nullptr);

  World walled = world_of(rows({"--------------------", "P------------------F",
                                "X-----X-E-X---------", "XXXXXXXXXXXXXXXXXXXX"}));
  float low = 100, high = 0;
  for (int i = 0; i < 600; ++i) {
    walled.step(none);
    const float x = find(walled, Entity::slime)->body.x;
    low = std::min(low, x);
    high = std::max(high, x);
  }
  CHECK(low == 7 + physics::half_width);
  CHECK(high == 10 - physics::half_width);
}

TEST_CASE("enemies sleep until the agent is near") {
  World world = world_of(with('E', 30));
  press(world, none, 60);
  CHECK(find(world, Entity::slime) == nullptr);
  press(world, run_right, 120);
  CHECK(find(world, Entity::slime) != nullptr);
}

TEST_CASE("a stomp squashes and bounces, a touch from the side kills") {
  World world = world_of(with('E', 10));
  const float x = find(world, Entity::slime)->body.x;
  world.place(x - 0.3f, 3);
  const auto events = press(world, none, 30);
  CHECK(count(events, Event::stomped) == 1);
  CHECK(world.outcome() == Outcome::running);
  CHECK(find(world, Entity::slime) == nullptr);
  CHECK(world.score() == 100);
  World touched = world_of(with('E', 6));
  CHECK(count(press(touched, right, 120), Event::hit) == 1);
  CHECK(touched.outcome() == Outcome::dead);
}

TEST_CASE("a hit makes the big agent small and leaves it unhurt for a while") {
  World world = world_of(with('E', 6));
  world.grow();
  const auto events = press(world, right, 60);
  CHECK(count(events, Event::shrank) == 1);
  CHECK(world.outcome() == Outcome::running);
  CHECK_FALSE(world.player().big);
  CHECK(world.player().grace > 0);
}

TEST_CASE("a mushroom makes big") {
  World world = world_of(rows({"------------", "------------", "---M--------", "------------",
                               "------------", "-P--------F-", "XXXXXXXXXXXX"}));
  world.place(3.5f, 1);
  press(world, none, 2);
  auto events = press(world, jump, 20);
  CHECK(count(events, Event::mushroom_appeared) == 1);
  events = press(world, none, 60);
  for (int i = 0; i < 200 && !world.player().big; ++i) {
    const Creature* mushroom = find(world, Entity::mushroom);
    REQUIRE(mushroom != nullptr);
    const auto more = press(world, mushroom->body.x > world.player().body.x ? right : left);
    events.insert(events.end(), more.begin(), more.end());
  }
  CHECK(count(events, Event::grew) == 1);
  CHECK(world.player().body.height == physics::big_height);
}

TEST_CASE("a stomped beetle is a shell that can be kicked, hits others, and comes back") {
  std::string text = with('k', 10);
  text.replace(text.find('k') + 6, 1, "E");
  text.replace(text.find('E') + 3, 1, "X");  // a wall behind the slime
  World world = world_of(text);
  world.place(find(world, Entity::beetle)->body.x, 3);
  auto events = press(world, none, 12);
  CHECK(count(events, Event::stomped) == 1);
  const Creature* shell = find(world, Entity::shell);
  REQUIRE(shell != nullptr);
  CHECK(shell->body.vx == 0);
  // Kicked from its left side: it slides right, hits the slime, turns at the wall.
  world.place(shell->body.x - 1.2f, 1);
  events = press(world, right, 30);
  CHECK(count(events, Event::shell_kicked) == 1);
  auto more = press(world, left, 200);
  events.insert(events.end(), more.begin(), more.end());
  CHECK(count(events, Event::enemy_shot) == 1);
  CHECK(find(world, Entity::slime) == nullptr);
  CHECK(count(events, Event::hit) == 1);  // and kills the agent on its way back
}

TEST_CASE("a sliding shell is stopped by a stomp") {
  World world = world_of(with('k', 10));
  world.place(find(world, Entity::beetle)->body.x, 3);
  press(world, none, 12);
  const Creature* shell = find(world, Entity::shell);
  REQUIRE(shell != nullptr);
  world.place(shell->body.x - 1.2f, 1);
  while (find(world, Entity::shell)->body.vx == 0) world.step(right);
  shell = find(world, Entity::shell);
  world.place(shell->body.x + 0.5f, shell->body.y + 1, 0, -5);
  const auto events = press(world, none, 6);
  CHECK(count(events, Event::shell_stopped) == 1);
  CHECK(find(world, Entity::shell)->body.vx == 0);
}

TEST_CASE("a bump from below knocks out what walks on the block") {
  World world = world_of(rows({"----------", "----E-----", "---XSX----", "----------", "----------",
                               "P--------F", "XXXXXXXXXX"}));
  world.place(4.5f, 1);
  press(world, none, 3);
  const auto events = press(world, jump, 20);
  CHECK(count(events, Event::enemy_knocked) == 1);
  CHECK(find(world, Entity::slime) == nullptr);
}

TEST_CASE("a cannon fires at the agent, the bullet kills and can be stomped") {
  World world = world_of(with('B', 10));
  const auto events = press(world, none, 400);
  CHECK(count(events, Event::bullet_fired) >= 1);
  CHECK(count(events, Event::hit) == 1);
  World stomper = world_of(with('B', 10));
  while (find(stomper, Entity::bullet) == nullptr) stomper.step(none);
  press(stomper, none, 20);
  const Body bullet = find(stomper, Entity::bullet)->body;
  stomper.place(bullet.x - 0.4f, bullet.y + 1.5f, 0, -5);
  CHECK(count(press(stomper, none, 10), Event::stomped) == 1);
}

TEST_CASE("more enemies than places wait until there is room") {
  std::string text = with('-', 5, 60);
  const std::size_t line = text.rfind("-P");
  for (std::size_t i = 4; i < 50; ++i) text[line + i] = 'E';
  World world = world_of(text);
  world.grow();
  for (int i = 0; i < 3000 && world.outcome() == Outcome::running; ++i)
    world.step({.right = true, .jump = i % 30 < 15, .run = true});
  CHECK(world.creatures().size() <= World::max_creatures);
}
