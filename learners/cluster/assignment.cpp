#include "learners/cluster/assignment.h"

#include <algorithm>

#include "sim/core/thread_pool.h"

namespace sandlot {

void assign_rows(const MatrixView& x, const Matrix& centres, ThreadPool& pool,
                 std::span<std::int32_t> labels) {
  const Eigen::Index rows = x.rows(), count = centres.rows();
  const Eigen::RowVectorXf halves = 0.5f * centres.rowwise().squaredNorm().transpose();
  const auto blocks = static_cast<int>((rows + kAssignmentRows - 1) / kAssignmentRows);
  pool.run(blocks, [&](int begin, int end) {
    // A column per row of x: the search for the least runs along rows of memory.
    Matrix products(count, kAssignmentRows);
    std::vector<float> least(static_cast<std::size_t>(kAssignmentRows));
    for (int block = begin; block < end; ++block) {
      const Eigen::Index first = block * kAssignmentRows;
      const Eigen::Index some = std::min(kAssignmentRows, rows - first);
      auto part = products.leftCols(some);
      part.noalias() = centres * x.middleRows(first, some).transpose();
      std::int32_t* const to = labels.data() + first;
      for (Eigen::Index i = 0; i < some; ++i) {
        least[static_cast<std::size_t>(i)] = halves[0] - products(0, i);
        to[i] = 0;
      }
      for (Eigen::Index c = 1; c < count; ++c) {
        const float half = halves[c];
        const float* const product = &products(c, 0);
        float* const best = least.data();
        for (Eigen::Index i = 0; i < some; ++i) {
          const float score = half - product[i];
          const bool nearer = score < best[i];
          best[i] = nearer ? score : best[i];
          to[i] = nearer ? static_cast<std::int32_t>(c) : to[i];
        }
      }
    }
  });
}

double inertia_of(const MatrixView& x, std::span<const float> weights, const Matrix& centres,
                  std::span<const std::int32_t> labels) {
  double sum = 0;
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const auto i = static_cast<std::size_t>(row);
    sum += static_cast<double>(weights[i]) *
           static_cast<double>((x.row(row) - centres.row(labels[i])).squaredNorm());
  }
  return sum;
}

void squared_distances(const MatrixView& x, const float* point, std::span<float> out) {
  const Eigen::Map<const Eigen::RowVectorXf> to(point, x.cols());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    out[static_cast<std::size_t>(row)] = (x.row(row) - to).squaredNorm();
}

}  // namespace sandlot
