#include "learners/features/tile_coding.h"

namespace sandlot {
namespace {

// The finalizer of SplitMix64 (Steele, Lea & Flood 2014).
std::uint64_t scramble(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace

void TileCoding::Settings::fields(Fields& f) {
  f.integer("tilings", tilings, "grids laid over each other; a power of two ≥ 4 × values is best",
            Range::between(1, 1024));
  f.integers("tiles", tiles,
             "tiles per value across its bounds: one number for all, or one per value",
             Range::between(1, 100000));
  f.integer("memory", memory,
            "weights that all tiles share by hashing, some of them by two; 0: one for each tile",
            Range::between(0, kMostFeatures));
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
  if (memory == 0 && all > kMostFeatures)
    issues.add("tiles", "gives " + describe_count(all) +
                            " tiles; expected at most 64 million, or memory to hash them");
}

TileCoding::TileCoding(const Settings& settings, const Space& observation)
    : tilings_(settings.tilings),
      memory_(static_cast<std::uint64_t>(settings.memory)),
      bounds_(settings.bounds, observation) {
  for (std::size_t i = 0; i < observation.size(); ++i) {
    tiles_.push_back(count_at(settings.tiles, i));
    // A shifted grid reaches one tile further.
    if (memory_ == 0) per_tiling_ *= tiles_.back() + 1;
  }
  size_ = static_cast<std::int32_t>(memory_ > 0 ? settings.memory : per_tiling_ * tilings_);
}

void TileCoding::encode(std::span<const float> observation, FeatureVector& out) const {
  out.clear();
  for (std::int64_t tiling = 0; tiling < tilings_; ++tiling) {
    std::int64_t tile = 0;
    std::uint64_t hash = scramble(static_cast<std::uint64_t>(tiling));
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
      // In units of a tilings-th of a tile.
      const auto place = static_cast<std::int64_t>(bounds_.unit(i, observation[i]) *
                                                   static_cast<double>(tiles_[i] * tilings_));
      const std::int64_t shift = tiling * (1 + 2 * static_cast<std::int64_t>(i)) % tilings_;
      const std::int64_t coordinate = (place + shift) / tilings_;
      if (memory_ > 0)
        hash = scramble(hash + static_cast<std::uint64_t>(coordinate));
      else
        tile = tile * (tiles_[i] + 1) + coordinate;
    }
    out.add(memory_ > 0 ? static_cast<std::int64_t>(hash % memory_) : tiling * per_tiling_ + tile,
            1);
  }
}

}  // namespace sandlot
