// Frame: a finished picture.
#pragma once

#include <cstdint>
#include <vector>

namespace sandlot {

// Rows from the top, four bytes (r, g, b, a, not premultiplied) per pixel.
struct Frame {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgba;
};

}  // namespace sandlot
