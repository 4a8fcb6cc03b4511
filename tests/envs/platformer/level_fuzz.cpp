// Mutations of our own levels either make a level that can be played or are refused.
#include <doctest/doctest.h>

#include "tests/envs/platformer/play_bytes.h"

using namespace sandlot;
using namespace sandlot::platformer;

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
    (play_bytes(text, 300) ? played : refused) += 1;
  }
  CHECK(played > 200);
  CHECK(refused > 200);
}
