#include "learners/features/tile_coding.h"

namespace sandlot {

void TileCoding::Settings::fields(Fields& f) {
  f.integer("tilings", tilings, "grids laid over each other; a power of two ≥ 4 × values is best",
            Range::between(1, 1024));
  f.integers("tiles", tiles,
             "tiles per value across its bounds: one number for all, or one per value",
             Range::between(1, 100000));
  bounds.fields(f);
}

void TileCoding::Settings::check(const Space& observation, Issues& issues) const {
  bounds.check(observation, issues);
  if (observation.is_discrete()) return;
  check_counts(tiles, "tiles", observation.size(), issues);
  if (tiles.size() != 1 && tiles.size() != observation.size()) return;
  double all = tilings;
  for (std::size_t i = 0; i < observation.size(); ++i)
    all *= static_cast<double>(count_at(tiles, i) + 1);
  if (all > kMostFeatures)
    issues.add("tiles", "gives " + describe_count(all) + " tiles; expected at most 64 million");
}

TileCoding::TileCoding(const Settings& settings, const Space& observation)
    : tilings_(settings.tilings), bounds_(settings.bounds, observation) {
  for (std::size_t i = 0; i < observation.size(); ++i) {
    tiles_.push_back(count_at(settings.tiles, i));
    per_tiling_ *= tiles_.back() + 1;  // a shifted grid reaches one tile further
  }
  size_ = static_cast<std::int32_t>(per_tiling_ * tilings_);
}

void TileCoding::encode(std::span<const float> observation, FeatureVector& out) const {
  out.clear();
  for (std::int64_t tiling = 0; tiling < tilings_; ++tiling) {
    std::int64_t tile = 0;
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
      // In units of a tilings-th of a tile.
      const auto place = static_cast<std::int64_t>(bounds_.unit(i, observation[i]) *
                                                   static_cast<double>(tiles_[i] * tilings_));
      const std::int64_t shift = tiling * (1 + 2 * static_cast<std::int64_t>(i)) % tilings_;
      tile = tile * (tiles_[i] + 1) + (place + shift) / tilings_;
    }
    out.add(tiling * per_tiling_ + tile, 1);
  }
}

}  // namespace sandlot
