// What every learner refuses, by std::invalid_argument, before it looks at its data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "learners/matrix.h"
#include "sim/core/space.h"

namespace sandlot {

// Other numbers of columns than expected, and values that are not finite. `name`: "x".
void check_values(std::string_view name, const MatrixView& values, std::size_t columns);
// The same for rows of a space; those of a discrete one must be its numbers. With `missing`, NaN stands
// for what is not known.
void check_inputs(const MatrixView& x, const Space& input, bool missing = false);
void check_rows(std::string_view name, std::size_t rows, std::size_t expected);
void check_labels(std::span<const std::int32_t> labels, int classes);

// Examples without those of weight 0. Weights are 1 where none are given.
class WeightedRows {
 public:
  // Throws for weights that are negative, not finite, of another number than rows, or all 0, and for
  // no rows at all.
  WeightedRows(std::size_t rows, std::span<const float> weights);

  bool all() const { return all_; }
  std::span<const float> weights() const { return weights_; }
  Matrix of(const MatrixView& values) const;
  std::vector<std::int32_t> of(std::span<const std::int32_t> labels) const;

 private:
  bool all_ = true;
  std::vector<float> weights_;
  std::vector<Eigen::Index> kept_;  // where not all are
};

}  // namespace sandlot
