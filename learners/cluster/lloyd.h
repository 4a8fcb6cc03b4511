// The steps that k-means is made of, for one start. Rows are expected about 0.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learners/matrix.h"
#include "sim/core/random.h"

namespace sandlot {

class ThreadPool;

struct KMeansResult {
  Matrix centres;              // [clusters, columns]
  std::vector<double> counts;  // [clusters]: weight of the rows that are nearest to it
  double inertia = 0;
  int iterations = 0;
};

struct KMeansProblem {
  const Matrix& x;
  std::span<const float> weights;  // [rows]
  ThreadPool& pool;
  int iterations = 300;
  double least_shift = 0;  // Σ |centre − its former place|² at which it is done
};

// k-means++, each centre the best of 2 + ln(clusters) candidates.
Matrix first_centres(const MatrixView& x, std::span<const float> weights, int clusters,
                     Random& random);
// By comparing every row with every centre.
KMeansResult lloyd(const KMeansProblem& problem, Matrix centres);
// The same with Hamerly's bounds.
KMeansResult lloyd_by_bounds(const KMeansProblem& problem, Matrix centres);
// By batches drawn at random, at most `iterations` passes; done when ten batches in a row have not
// made the smoothed inertia smaller.
KMeansResult mini_batches(const KMeansProblem& problem, Matrix centres, int batch, Random& random);

// Moves each centre towards the rows that are nearest to it, so that it stays the mean of all that
// it was moved by.
void move_centres(const MatrixView& x, std::span<const float> weights,
                  std::span<const std::int32_t> labels, Matrix& centres,
                  std::vector<double>& counts);

}  // namespace sandlot
