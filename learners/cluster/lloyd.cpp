#include "learners/cluster/lloyd.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "learners/cluster/assignment.h"
#include "sim/core/thread_pool.h"

namespace sandlot {
namespace {

using Sums = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::size_t draw(std::span<const double> cumulative, Random& random) {
  const auto at =
      std::upper_bound(cumulative.begin(), cumulative.end(), random.uniform() * cumulative.back());
  return std::min(static_cast<std::size_t>(at - cumulative.begin()), cumulative.size() - 1);
}

// Sums of the rows of each cluster. A cluster without rows gets the row farthest from its centre.
struct ClusterSums {
  Sums sums;
  std::vector<double> counts;

  ClusterSums(const KMeansProblem& problem, const Matrix& centres,
              std::span<const std::int32_t> labels)
      : sums(Sums::Zero(centres.rows(), centres.cols())),
        counts(static_cast<std::size_t>(centres.rows())) {
    for (Eigen::Index row = 0; row < problem.x.rows(); ++row)
      add(problem, row, labels[static_cast<std::size_t>(row)], 1);
    fill_empty(problem, centres, labels);
  }

  void add(const KMeansProblem& problem, Eigen::Index row, std::int32_t label, double sign) {
    const double weight =
        sign * static_cast<double>(problem.weights[static_cast<std::size_t>(row)]);
    const float* const from = problem.x.row(row).data();
    double* const to = sums.row(label).data();
    for (Eigen::Index c = 0; c < sums.cols(); ++c) to[c] += weight * static_cast<double>(from[c]);
    counts[static_cast<std::size_t>(label)] += weight;
  }

  void fill_empty(const KMeansProblem& problem, const Matrix& centres,
                  std::span<const std::int32_t> labels) {
    std::vector<std::int32_t> empty;
    for (std::size_t c = 0; c < counts.size(); ++c)
      if (counts[c] == 0) empty.push_back(static_cast<std::int32_t>(c));
    if (empty.empty()) return;
    std::vector<std::pair<float, Eigen::Index>> far;
    for (Eigen::Index row = 0; row < problem.x.rows(); ++row) {
      const auto label = labels[static_cast<std::size_t>(row)];
      far.emplace_back(-(problem.x.row(row) - centres.row(label)).squaredNorm(), row);
    }
    const std::size_t some = std::min(empty.size(), far.size());
    std::partial_sort(far.begin(), far.begin() + static_cast<std::ptrdiff_t>(some), far.end());
    for (std::size_t i = 0; i < some && far[i].first < 0; ++i) {
      const Eigen::Index row = far[i].second;
      add(problem, row, labels[static_cast<std::size_t>(row)], -1);
      add(problem, row, empty[i], 1);
    }
  }

  // Where each centre goes; one that still has no rows stays.
  Matrix means(const Matrix& centres) const {
    Matrix to = centres;
    for (Eigen::Index c = 0; c < to.rows(); ++c) {
      const double count = counts[static_cast<std::size_t>(c)];
      if (count > 0) to.row(c) = (sums.row(c) / count).cast<float>();
    }
    return to;
  }
};

KMeansResult finish(const KMeansProblem& problem, Matrix centres, int iterations) {
  std::vector<std::int32_t> labels(static_cast<std::size_t>(problem.x.rows()));
  assign_rows(problem.x, centres, problem.pool, labels);
  KMeansResult result;
  result.counts.assign(static_cast<std::size_t>(centres.rows()), 0);
  for (std::size_t i = 0; i < labels.size(); ++i)
    result.counts[static_cast<std::size_t>(labels[i])] += static_cast<double>(problem.weights[i]);
  result.inertia = inertia_of(problem.x, problem.weights, centres, labels);
  result.centres = std::move(centres);
  result.iterations = iterations;
  return result;
}

double shift(const Matrix& from, const Matrix& to) {
  return static_cast<double>((from - to).squaredNorm());
}

// What Hamerly's method knows of each row: its distance to its own centre is at most `upper`, to
// any other at least `lower`.
struct Bounds {
  std::vector<float> upper, lower;
};

struct TwoNearest {
  std::int32_t label = 0;
  float first = std::numeric_limits<float>::infinity(), second = first;  // distances
};

TwoNearest two_nearest(const Matrix& x, Eigen::Index row, const Matrix& centres) {
  TwoNearest found;
  for (Eigen::Index c = 0; c < centres.rows(); ++c) {
    const float away = (x.row(row) - centres.row(c)).squaredNorm();
    if (away < found.first) {
      found.second = found.first;
      found.first = away;
      found.label = static_cast<std::int32_t>(c);
    } else if (away < found.second) {
      found.second = away;
    }
  }
  found.first = std::sqrt(found.first);
  found.second = std::sqrt(found.second);
  return found;
}

// Half the distance from each centre to the one nearest to it.
std::vector<float> half_gaps(const Matrix& centres) {
  std::vector<float> gaps(static_cast<std::size_t>(centres.rows()),
                          std::numeric_limits<float>::infinity());
  for (Eigen::Index a = 0; a < centres.rows(); ++a)
    for (Eigen::Index b = 0; b < a; ++b) {
      const float half = 0.5f * (centres.row(a) - centres.row(b)).norm();
      auto& of_a = gaps[static_cast<std::size_t>(a)];
      auto& of_b = gaps[static_cast<std::size_t>(b)];
      of_a = std::min(of_a, half);
      of_b = std::min(of_b, half);
    }
  return gaps;
}

// Rounding must not make a bound promise too much.
constexpr float kWider = 1 + 1e-6f, kNarrower = 1 - 1e-6f;

void assign_by_bounds(const KMeansProblem& problem, const Matrix& centres, Bounds& bounds,
                      std::span<std::int32_t> labels) {
  const auto gaps = half_gaps(centres);
  problem.pool.run(static_cast<int>(problem.x.rows()), [&](int begin, int end) {
    for (int row = begin; row < end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      const auto own = static_cast<std::size_t>(labels[i]);
      const float safe = std::max(gaps[own], bounds.lower[i]);
      if (bounds.upper[i] <= safe) continue;
      bounds.upper[i] = (problem.x.row(row) - centres.row(labels[i])).norm() * kWider;
      if (bounds.upper[i] <= safe) continue;
      const TwoNearest found = two_nearest(problem.x, row, centres);
      labels[i] = found.label;
      bounds.upper[i] = found.first * kWider;
      bounds.lower[i] = found.second * kNarrower;
    }
  });
}

// After the centres have moved.
void loosen(const Matrix& from, const Matrix& to, std::span<const std::int32_t> labels,
            Bounds& bounds) {
  std::vector<float> moved(static_cast<std::size_t>(from.rows()));
  float most = 0;
  for (Eigen::Index c = 0; c < from.rows(); ++c) {
    const float by = (from.row(c) - to.row(c)).norm() * kWider;
    moved[static_cast<std::size_t>(c)] = by;
    most = std::max(most, by);
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    bounds.upper[i] = (bounds.upper[i] + moved[static_cast<std::size_t>(labels[i])]) * kWider;
    bounds.lower[i] = (bounds.lower[i] - most) * (bounds.lower[i] > most ? kNarrower : kWider);
  }
}

}  // namespace

Matrix first_centres(const MatrixView& x, std::span<const float> weights, int clusters,
                     Random& random) {
  const auto rows = static_cast<std::size_t>(x.rows());
  const int candidates = 2 + static_cast<int>(std::log(clusters));
  std::vector<float> nearest(rows, 1), offered(rows), best(rows);
  std::vector<double> cumulative(rows);
  const auto accumulate = [&](bool by_distance) {
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      sum += static_cast<double>(weights[i]) * (by_distance ? static_cast<double>(nearest[i]) : 1);
      cumulative[i] = sum;
    }
    return sum;
  };
  Matrix centres(clusters, x.cols());
  for (int c = 0; c < clusters; ++c) {
    // Where all rows lie on centres, any row will do.
    const bool by_distance = c > 0 && accumulate(true) > 0;
    if (!by_distance) accumulate(false);
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < (by_distance ? candidates : 1); ++i) {
      const auto pick = static_cast<Eigen::Index>(draw(cumulative, random));
      squared_distances(x, x.row(pick).data(), offered);
      double sum = 0;
      for (std::size_t row = 0; row < rows; ++row) {
        if (c > 0) offered[row] = std::min(offered[row], nearest[row]);
        sum += static_cast<double>(weights[row]) * static_cast<double>(offered[row]);
      }
      if (sum >= least) continue;
      least = sum;
      best.swap(offered);
      centres.row(c) = x.row(pick);
    }
    nearest.swap(best);
  }
  return centres;
}

KMeansResult lloyd(const KMeansProblem& problem, Matrix centres) {
  std::vector<std::int32_t> labels(static_cast<std::size_t>(problem.x.rows())), former;
  int iteration = 0;
  while (iteration < problem.iterations) {
    ++iteration;
    assign_rows(problem.x, centres, problem.pool, labels);
    Matrix to = ClusterSums(problem, centres, labels).means(centres);
    const double moved = shift(centres, to);
    centres.swap(to);
    if (labels == former || moved <= problem.least_shift) break;
    former = labels;
  }
  return finish(problem, std::move(centres), iteration);
}

KMeansResult lloyd_by_bounds(const KMeansProblem& problem, Matrix centres) {
  const auto rows = static_cast<std::size_t>(problem.x.rows());
  std::vector<std::int32_t> labels(rows), former;
  Bounds bounds{std::vector<float>(rows, std::numeric_limits<float>::infinity()),
                std::vector<float>(rows, 0)};
  int iteration = 0;
  while (iteration < problem.iterations) {
    ++iteration;
    assign_by_bounds(problem, centres, bounds, labels);
    Matrix to = ClusterSums(problem, centres, labels).means(centres);
    const double moved = shift(centres, to);
    loosen(centres, to, labels, bounds);
    centres.swap(to);
    if (labels == former || moved <= problem.least_shift) break;
    former = labels;
  }
  return finish(problem, std::move(centres), iteration);
}

void move_centres(const MatrixView& x, std::span<const float> weights,
                  std::span<const std::int32_t> labels, Matrix& centres,
                  std::vector<double>& counts) {
  Sums sums = Sums::Zero(centres.rows(), centres.cols());
  std::vector<double> added(counts.size());
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const auto i = static_cast<std::size_t>(row);
    sums.row(labels[i]) += static_cast<double>(weights[i]) * x.row(row).cast<double>();
    added[static_cast<std::size_t>(labels[i])] += static_cast<double>(weights[i]);
  }
  for (Eigen::Index c = 0; c < centres.rows(); ++c) {
    const auto i = static_cast<std::size_t>(c);
    if (added[i] == 0) continue;
    const double before = counts[i];
    counts[i] += added[i];
    centres.row(c) =
        ((centres.row(c).cast<double>() * before + sums.row(c)) / counts[i]).cast<float>();
  }
}

KMeansResult mini_batches(const KMeansProblem& problem, Matrix centres, int batch, Random& random) {
  constexpr int kPatience = 10;
  const auto rows = static_cast<std::size_t>(problem.x.rows());
  const std::size_t size = std::min(rows, static_cast<std::size_t>(batch));
  const std::size_t passes = (rows + size - 1) / size;
  const double smoothing =
      std::min(1.0, 2 * static_cast<double>(size) / static_cast<double>(rows + 1));
  std::vector<double> counts(static_cast<std::size_t>(centres.rows()));
  std::vector<float> weights(size);
  std::vector<std::int32_t> labels(size);
  Matrix some(static_cast<Eigen::Index>(size), problem.x.cols());
  double smoothed = -1, least = std::numeric_limits<double>::infinity();
  int step = 0, without = 0;
  const auto steps = static_cast<std::int64_t>(passes) * problem.iterations;
  for (; step < steps && without < kPatience; ++step) {
    for (std::size_t i = 0; i < size; ++i) {
      const auto row = random.below(static_cast<std::uint32_t>(rows));
      some.row(static_cast<Eigen::Index>(i)) = problem.x.row(row);
      weights[i] = problem.weights[row];
    }
    assign_rows(some, centres, problem.pool, labels);
    const double inertia = inertia_of(some, weights, centres, labels) / static_cast<double>(size);
    move_centres(some, weights, labels, centres, counts);
    smoothed = smoothed < 0 ? inertia : smoothed + smoothing * (inertia - smoothed);
    without = smoothed < least ? 0 : without + 1;
    least = std::min(least, smoothed);
  }
  return finish(problem, std::move(centres), step);
}

}  // namespace sandlot
