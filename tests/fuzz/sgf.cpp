// Any bytes as an SGF file: see sgf_bytes.h.
#include <cstdint>

#include "tests/envs/go/sgf_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sandlot::go::read_bytes({reinterpret_cast<const char*>(data), size});
  return 0;
}
