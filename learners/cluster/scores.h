// How good a clustering is, without knowing the right one.
#pragma once

#include <cstdint>
#include <span>

#include "learners/matrix.h"

namespace sandlot {

// The mean over rows of (b − a) / max(a, b), a: mean distance to the other rows of its cluster, b:
// the least mean distance to the rows of another (Rousseeuw 1987, "Silhouettes"). From −1 to 1; 0
// for a row that is alone in its cluster. Rows that belong to none (kNoCluster) are left out.
// Throws std::invalid_argument for fewer than two clusters that have rows. Time grows with rows².
double silhouette(const MatrixView& x, std::span<const std::int32_t> labels);

// Σ |x − centre of its label|²; rows that belong to none are left out. centres [clusters, columns].
double inertia(const MatrixView& x, std::span<const std::int32_t> labels, const Matrix& centres);

}  // namespace sandlot
