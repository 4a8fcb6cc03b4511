#include "learners/cluster/scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "learners/checks.h"
#include "learners/clusterer.h"

namespace sandlot {

double silhouette(const MatrixView& x, std::span<const std::int32_t> labels) {
  check_rows("labels", labels.size(), static_cast<std::size_t>(x.rows()));
  std::int32_t most = kNoCluster;
  for (const auto label : labels) most = std::max(most, label);
  std::vector<double> sizes(static_cast<std::size_t>(most + 1)), sums(sizes.size());
  std::vector<Eigen::Index> rows;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0) continue;
    ++sizes[static_cast<std::size_t>(labels[i])];
    rows.push_back(static_cast<Eigen::Index>(i));
  }
  if (std::count_if(sizes.begin(), sizes.end(), [](double size) { return size > 0; }) < 2)
    throw std::invalid_argument("the silhouette needs at least two clusters");
  double total = 0;
  for (const Eigen::Index row : rows) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (const Eigen::Index other : rows)
      sums[static_cast<std::size_t>(labels[static_cast<std::size_t>(other)])] +=
          std::sqrt(static_cast<double>((x.row(row) - x.row(other)).squaredNorm()));
    const auto own = static_cast<std::size_t>(labels[static_cast<std::size_t>(row)]);
    if (sizes[own] < 2) continue;
    const double within = sums[own] / (sizes[own] - 1);
    double between = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < sizes.size(); ++c)
      if (c != own && sizes[c] > 0) between = std::min(between, sums[c] / sizes[c]);
    const double larger = std::max(within, between);
    if (larger > 0) total += (between - within) / larger;
  }
  return total / static_cast<double>(rows.size());
}

double inertia(const MatrixView& x, std::span<const std::int32_t> labels, const Matrix& centres) {
  check_rows("labels", labels.size(), static_cast<std::size_t>(x.rows()));
  double sum = 0;
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const auto label = labels[static_cast<std::size_t>(row)];
    if (label >= 0) sum += static_cast<double>((x.row(row) - centres.row(label)).squaredNorm());
  }
  return sum;
}

}  // namespace sandlot
