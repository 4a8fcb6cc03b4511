// The leading singular values and right singular vectors of a matrix.
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "learners/matrix.h"
#include "sim/core/random.h"
#include "sim/core/settings.h"

namespace sandlot {

struct Spectrum {
  Eigen::VectorXd values;  // singular, largest first
  RowMatrixXd vectors;     // [values, columns], orthonormal; 0 where a value is 0
};

enum class SpectrumMethod : std::uint8_t { exact, randomized };

struct SpectrumSettings {
  SpectrumMethod method = SpectrumMethod::exact;
  int power_iterations = 7;
  int oversample = 10;
  void fields(Fields& f);
};

// The `count` largest; count ≤ min(rows, columns). The sign of each vector makes its entry of the
// largest size positive.
//
// exact: from the eigenvectors of AᵀA or AAᵀ, whichever is smaller, in double. randomized: within
// the range of A applied to a few random vectors, by power iterations (Halko, Martinsson & Tropp
// 2011, "Finding structure with randomness", algorithms 4.4 and 5.1), in float.
Spectrum exact_spectrum(const RowMatrixXd& a, int count);
Spectrum randomized_spectrum(const MatrixView& a, int count, const SpectrumSettings& settings,
                             Seed seed);

}  // namespace sandlot
