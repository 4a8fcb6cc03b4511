#include "sim/experiment/palette.h"

#include <algorithm>
#include <cmath>

#include "learners/cluster/k_means.h"

namespace sandlot {
namespace {

std::uint8_t channel(float value) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

std::uint32_t coarse(std::uint32_t color, int bits) {
  const std::uint32_t kept = 0xFFu & (0xFFu << bits);
  return color & (kept << 16 | kept << 8 | kept);
}

}  // namespace

void KMeansPalette::look_at(const Frame& frame) {
  // Drawings have runs of one colour: one look-up for each.
  std::uint32_t last = 0;
  std::uint64_t run = 0;
  const auto flush = [&] {
    if (run > 0) counts_[last] += run;
  };
  for (std::size_t at = 0; at + 4 <= frame.rgba.size(); at += 4) {
    const std::uint32_t color =
        coarse(static_cast<std::uint32_t>(frame.rgba[at]) << 16 |
                   static_cast<std::uint32_t>(frame.rgba[at + 1]) << 8 | frame.rgba[at + 2],
               dropped_bits_);
    if (color == last) {
      ++run;
      continue;
    }
    flush();
    last = color;
    run = 1;
  }
  flush();
  while (counts_.size() > kMost) {
    ++dropped_bits_;
    std::unordered_map<std::uint32_t, std::uint64_t> fewer;
    for (const auto& [color, count] : counts_) fewer[coarse(color, dropped_bits_)] += count;
    counts_ = std::move(fewer);
  }
}

std::vector<PaletteColor> KMeansPalette::make(int colors) const {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> all(counts_.begin(), counts_.end());
  std::sort(all.begin(), all.end());
  if (all.empty()) return {{}};
  const std::uint32_t half = dropped_bits_ > 0 ? 1u << (dropped_bits_ - 1) : 0;
  Matrix rows(static_cast<Eigen::Index>(all.size()), 3);
  std::vector<float> weights;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto part = [&](int shift) {
      return static_cast<float>((all[i].first >> shift & 0xFF) + half);
    };
    rows.row(static_cast<Eigen::Index>(i)) << part(16), part(8), part(0);
    weights.push_back(static_cast<float>(all[i].second));
  }
  if (rows.rows() > colors) {
    KMeansSettings settings;
    settings.clusters = colors;
    settings.method = KMeansMethod::bounds;
    settings.iterations = 50;
    KMeans means(settings, Space::box({3}, 0, 255), 1);
    means.fit(rows, weights);
    rows = means.centres();
  }
  std::vector<PaletteColor> palette;
  for (Eigen::Index i = 0; i < rows.rows(); ++i)
    palette.push_back({channel(rows(i, 0)), channel(rows(i, 1)), channel(rows(i, 2))});
  return palette;
}

}  // namespace sandlot
