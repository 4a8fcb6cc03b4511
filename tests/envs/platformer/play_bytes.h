// Any bytes as a level, for the fuzzer and for the test with mutations of our own levels.
#pragma once

#include <string_view>

#include "envs/platformer/level_source.h"
#include "envs/platformer/world.h"
#include "sim/core/random.h"

namespace sandlot::platformer {

// Either the bytes are a level, which is then played to its end (true), or a LevelError refuses
// them.
inline bool play_bytes(std::string_view bytes, int seconds) {
  World world;
  try {
    world.start(parse_level(bytes, "fuzz"), seconds);
  } catch (const LevelError&) {
    return false;
  }
  Random random(bytes.size());
  Buttons buttons;
  while (world.outcome() == Outcome::running) {
    if (world.ticks() % 8 == 0) {
      const std::uint32_t bits = random.next_u32();
      buttons = {(bits & 7) == 0, (bits & 8) != 0, (bits & 48) == 0, (bits & 64) != 0,
                 (bits & 128) != 0};
    }
    world.step(buttons);
  }
  return true;
}

}  // namespace sandlot::platformer
