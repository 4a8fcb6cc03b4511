// Small worlds for tests of the platformer.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "envs/platformer/world.h"

namespace sandlot::platformer {

constexpr Buttons none{};
constexpr Buttons right{.right = true};
constexpr Buttons left{.left = true};
constexpr Buttons jump{.jump = true};
constexpr Buttons run_right{.right = true, .run = true};

// A level's text: rows from the top, joined by line ends.
inline std::string rows(std::initializer_list<std::string> lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

inline std::string fill(char c, int count) {
  return std::string(static_cast<std::size_t>(count), c);
}

// `height` rows of air above two of ground, `width` columns, start and flag near the ends.
inline std::string flat(int width, int height = 10) {
  std::string text;
  for (int i = 0; i < height - 1; ++i) text += fill('-', width) + "\n";
  text += "-P" + fill('-', width - 4) + "F-\n";
  return text + fill('X', width) + "\n" + fill('X', width) + "\n";
}

inline World world_of(const std::string& text, int time_limit = 100000) {
  World world;
  world.start(parse_level(text, "test"), time_limit);
  return world;
}

// Presses for `steps`, or until the episode ends; returns the events.
inline std::vector<Event> press(World& world, Buttons buttons, int steps = 1) {
  std::vector<Event> events;
  for (int i = 0; i < steps && world.outcome() == Outcome::running; ++i) {
    world.step(buttons);
    events.insert(events.end(), world.events().begin(), world.events().end());
  }
  return events;
}

inline long count(const std::vector<Event>& events, Event event) {
  return std::count(events.begin(), events.end(), event);
}

inline const Creature* find(const World& world, Entity kind) {
  for (const Creature& creature : world.creatures())
    if (creature.kind == kind) return &creature;
  return nullptr;
}

}  // namespace sandlot::platformer
