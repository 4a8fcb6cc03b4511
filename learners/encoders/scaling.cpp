#include "learners/encoders/scaling.h"

#include <limits>
#include <numeric>
#include <vector>

namespace sandlot {

Space scaled_space(std::size_t width) {
  const float infinity = std::numeric_limits<float>::infinity();
  return Space::box({static_cast<int>(width)}, -infinity, infinity);
}

void Scaling::fit(std::span<const float> rows) {
  const std::size_t width = standardizer_.mean().size(), count = rows.size() / width;
  std::vector<Eigen::Index> all(count);
  std::iota(all.begin(), all.end(), 0);
  const std::vector<float> weights(count, 1.0f);
  standardizer_.fit(
      MatrixMap(rows.data(), static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(width)),
      weights, all);
}

void Scaling::apply(std::span<const float> from, std::span<float> to) const {
  const auto mean = standardizer_.mean(), deviation = standardizer_.deviation();
  const std::size_t width = mean.size();
  for (std::size_t at = 0; at < from.size(); at += width)
    for (std::size_t i = 0; i < width; ++i)
      to[at + i] = static_cast<float>((from[at + i] - mean[i]) / deviation[i]);
}

}  // namespace sandlot
