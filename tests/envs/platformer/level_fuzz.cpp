// Any bytes either make a level that can be played or are refused with a LevelError.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

#include "envs/platformer/level_source.h"
#include "envs/platformer/world.h"
#include "sim/core/random.h"

using namespace sandlot;
using namespace sandlot::platformer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World world;
  try {
    world.start(parse_level({reinterpret_cast<const char*>(data), size}, "fuzz"), 300);
  } catch (const LevelError&) {
    return 1;
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

TEST_CASE("mutated levels load and play, or are refused") {
  constexpr std::string_view bytes = "-XS?MQ<>[]oBbEkHVPF\n\r z\x00\xff";
  Random random(derive(7, "level fuzz"));
  int played = 0, refused = 0;
  for (int round = 0; round < 2000; ++round) {
    const auto levels = shipped_levels();
    std::string text(levels[random.below(static_cast<std::uint32_t>(levels.size()))].text);
    for (std::uint32_t edits = random.below(6); edits > 0; --edits) {
      const std::size_t at = random.below(static_cast<std::uint32_t>(text.size()));
      const char byte = bytes[random.below(static_cast<std::uint32_t>(bytes.size()))];
      switch (random.below(8)) {
        case 0:
          text.erase(at, 1 + random.below(4));
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        case 2:
          text.resize(at + 1);
          break;
        default:
          text[at] = byte;
      }
    }
    const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
    (LLVMFuzzerTestOneInput(data, text.size()) == 0 ? played : refused) += 1;
  }
  CHECK(played > 200);
  CHECK(refused > 200);
}
