// Any bytes as a level: either one that can be played to its end, or a LevelError.
#include <cstdint>

#include "envs/platformer/level_source.h"
#include "envs/platformer/world.h"
#include "sim/core/random.h"

using namespace sandlot;
using namespace sandlot::platformer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World world;
  try {
    world.start(parse_level({reinterpret_cast<const char*>(data), size}, "fuzz"), 120);
  } catch (const LevelError&) {
    return 0;
  }
  Random random(size);
  Buttons buttons;
  while (world.outcome() == Outcome::running) {
    if (world.ticks() % 8 == 0) {
      const std::uint32_t bits = random.next_u32();
      buttons = {(bits & 7) == 0, (bits & 8) != 0, (bits & 48) == 0, (bits & 64) != 0,
                 (bits & 128) != 0};
    }
    world.step(buttons);
  }
  return 0;
}
