// Any bytes as a level: see play_bytes.h.
#include <cstdint>

#include "tests/envs/platformer/play_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sandlot::platformer::play_bytes({reinterpret_cast<const char*>(data), size}, 120);
  return 0;
}
