// Standardizer: shifts and scales each column to mean 0 and deviation 1 over the rows it was fitted on.
#pragma once

#include <span>
#include <vector>

#include "learners/matrix.h"
#include "sim/core/archive.h"

namespace sandlot {

class Standardizer {
 public:
  // Leaves its `columns` as they are until it is fitted.
  explicit Standardizer(std::size_t columns) : mean_(columns, 0.0), deviation_(columns, 1.0) {}

  // Of the rows named, each counted `weights` times; `weights` has one per row of x. A column that is
  // constant is only shifted.
  void fit(const MatrixView& x, std::span<const float> weights,
           std::span<const Eigen::Index> rows);
  void apply(Matrix& x) const;
  void undo(Matrix& x) const;
  std::span<const double> mean() const { return mean_; }
  std::span<const double> deviation() const { return deviation_; }

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  std::vector<double> mean_, deviation_;
};

}  // namespace sandlot
