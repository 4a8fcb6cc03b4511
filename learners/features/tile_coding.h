// Tile coding (Sutton & Barto 2018, section 9.5.4).
#pragma once

#include "learners/feature_map.h"
#include "learners/features/bounds.h"

namespace sandlot {

// Grids that are shifted against each other by the displacement vector (1, 3, 5, …) / tilings of a
// tile, which Miller & Glanz (1996) found to spread best. Every tile has a weight of its own,
// unless `memory` says how many weights all tiles share by hashing: for observations of many
// values, of which only few combinations occur. One tile is on in each tiling, so the book divides
// the step size by the number of tilings: give it divided (0.5 / 8 = 0.0625).
class TileCoding final : public FeatureMap {
 public:
  struct Settings {
    int tilings = 8;
    std::vector<std::int64_t> tiles{8};
    BoundsSettings bounds;
    std::int64_t memory = 0;  // 0: exact
    void fields(Fields& f);
    void check(const Space& observation, Issues& issues) const;
  };
  TileCoding(const Settings& settings, const Space& observation);

  std::int32_t size() const override { return size_; }
  std::int32_t active() const override { return tilings_; }
  bool binary() const override { return true; }
  void encode(std::span<const float> observation, FeatureVector& out) const override;

 private:
  int tilings_;
  std::uint64_t memory_;
  std::vector<std::int64_t> tiles_;
  Bounds bounds_;
  std::int64_t per_tiling_ = 1;
  std::int32_t size_ = 0;
};

}  // namespace sandlot
