// Palettes for pictures of few colours.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/render/frame.h"

namespace sandlot {

struct PaletteColor {
  std::uint8_t r = 0, g = 0, b = 0;
  bool operator==(const PaletteColor&) const = default;
};

// Chooses the colours of a video after having seen its frames.
class PaletteMaker {
 public:
  virtual ~PaletteMaker() = default;
  virtual void look_at(const Frame& frame) = 0;
  // At least one and at most `colors`.
  virtual std::vector<PaletteColor> make(int colors) const = 0;
};

}  // namespace sandlot
