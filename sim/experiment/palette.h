// The colours of a picture of few colours, by k-means over those of the frames that it shows
// (Celebi 2011, "Improving the performance of k-means for color quantization").
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "sim/render/frame.h"
#include "sim/render/palette.h"

namespace sandlot {

class KMeansPalette final : public PaletteMaker {
 public:
  void look_at(const Frame& frame) override;
  // All colours that were seen, where there are no more than that many; the centres of clusters of
  // them, each counted as often as it was seen, where there are.
  std::vector<PaletteColor> make(int colors) const override;

 private:
  // Beyond that many different colours, those alike in their leading bits are counted as one.
  static constexpr std::size_t kMost = 16384;

  std::unordered_map<std::uint32_t, std::uint64_t> counts_;  // by 0xRRGGBB
  int dropped_bits_ = 0;
};

}  // namespace sandlot
