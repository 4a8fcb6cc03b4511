// Which centre is nearest, for many rows at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learners/matrix.h"

namespace sandlot {

class ThreadPool;

// Rows go to threads in blocks of that many, and sums over rows are added block by block: so they
// do not depend on the number of threads.
inline constexpr Eigen::Index kAssignmentRows = 512;

// labels [rows]: the nearest centre, the first of equal ones, by |centre|² / 2 − x · centre in
// float: centre the data where it is far from 0.
void assign_rows(const MatrixView& x, const Matrix& centres, ThreadPool& pool,
                 std::span<std::int32_t> labels);

// Σ weight · |x − centre of its label|², in double.
double inertia_of(const MatrixView& x, std::span<const float> weights, const Matrix& centres,
                  std::span<const std::int32_t> labels);

// Squared distances of rows to one point, in float.
void squared_distances(const MatrixView& x, const float* point, std::span<float> out);

}  // namespace sandlot
