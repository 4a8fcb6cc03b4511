// Kernels of support vector machines: k(x, z) = x · z, exp(−γ |x − z|²), (γ x · z + c)^degree.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "learners/matrix.h"

namespace sandlot {

enum class KernelKind : std::uint8_t { linear, rbf, polynomial };

struct Kernel {
  KernelKind kind = KernelKind::rbf;
  double gamma = 1;
  double coef0 = 0;
  int degree = 3;
};

// The kernel between one row and all of many, which are kept in blocks, column by column.
class KernelRows {
 public:
  KernelRows(const Kernel& kernel, const MatrixView& x);

  std::size_t rows() const { return rows_; }
  // Numbers that evaluate() writes: rows(), filled up to whole blocks with what means nothing.
  std::size_t padded() const { return norms_.size(); }
  // x [columns], out [padded()].
  void evaluate(const float* x, float* out) const;
  // k(row, row) of each; 0 behind the last.
  std::vector<double> diagonal() const;

 private:
  static constexpr std::size_t kRows = 32;
  Kernel kernel_;
  std::size_t rows_, columns_;
  std::vector<float, Eigen::aligned_allocator<float>> blocks_;  // [blocks, columns, kRows]
  std::vector<double> norms_;                                   // |row|²
};

// Rows of the kernel matrix of x, those last used kept in memory.
class KernelCache {
 public:
  // x must outlive it.
  KernelCache(const Kernel& kernel, const MatrixView& x, double megabytes);

  const KernelRows& kernel() const { return rows_; }
  // padded() numbers, valid until two other rows were asked for.
  const float* row(std::size_t i);

 private:
  void unlink(std::int32_t slot);
  void link_first(std::int32_t slot);

  KernelRows rows_;
  MatrixView x_;
  std::size_t most_;  // slots
  std::vector<std::unique_ptr<float[]>> slots_;
  std::vector<std::int32_t> slot_of_, row_of_;  // −1: none
  // A ring by last use: slot k's neighbours; the last entry is its start and end.
  std::vector<std::int32_t> next_, previous_;
};

}  // namespace sandlot
