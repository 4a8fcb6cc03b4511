#include "learners/classical/svm_kernel.h"

#include <algorithm>
#include <cmath>

namespace sandlot {
namespace {

double power(double base, int exponent) {
  double product = 1;
  for (int i = 0; i < exponent; ++i) product *= base;
  return product;
}

}  // namespace

KernelRows::KernelRows(const Kernel& kernel, const MatrixView& x)
    : kernel_(kernel),
      rows_(static_cast<std::size_t>(x.rows())),
      columns_(static_cast<std::size_t>(x.cols())) {
  const std::size_t blocks = (rows_ + kRows - 1) / kRows;
  blocks_.resize(blocks * columns_ * kRows, 0);
  norms_.resize(blocks * kRows, 0);
  for (std::size_t row = 0; row < rows_; ++row)
    for (std::size_t c = 0; c < columns_; ++c) {
      const float value = x(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(c));
      blocks_[(row / kRows * columns_ + c) * kRows + row % kRows] = value;
      norms_[row] += static_cast<double>(value) * static_cast<double>(value);
    }
}

void KernelRows::evaluate(const float* x, float* out) const {
  using Floats = Eigen::Array<float, kRows, 1>;
  using Doubles = Eigen::Array<double, kRows, 1>;
  double square = 0;
  for (std::size_t c = 0; c < columns_; ++c)
    square += static_cast<double>(x[c]) * static_cast<double>(x[c]);
  const float* values = blocks_.data();
  for (std::size_t first = 0; first < norms_.size(); first += kRows) {
    Doubles sums = Doubles::Zero();
    for (std::size_t c = 0; c < columns_; ++c, values += kRows)
      sums += static_cast<double>(x[c]) * Eigen::Map<const Floats>(values).cast<double>();
    Eigen::Map<Floats> to(out + first);
    if (kernel_.kind == KernelKind::rbf) {
      const Doubles squares =
          (Eigen::Map<const Doubles>(&norms_[first]) + square - 2 * sums).max(0.0);
      const Floats exponents = (-kernel_.gamma * squares).cast<float>();
      to = exponents.exp();
    } else if (kernel_.kind == KernelKind::polynomial) {
      const Doubles base = kernel_.gamma * sums + kernel_.coef0;
      Doubles product = base;
      for (int i = 1; i < kernel_.degree; ++i) product *= base;
      to = product.cast<float>();
    } else {
      to = sums.cast<float>();
    }
  }
}

std::vector<double> KernelRows::diagonal() const {
  std::vector<double> diagonal(norms_.size(), 0.0);
  for (std::size_t row = 0; row < rows_; ++row) {
    const double norm = norms_[row];
    diagonal[row] = kernel_.kind == KernelKind::linear ? norm
                    : kernel_.kind == KernelKind::rbf
                        ? 1
                        : power(kernel_.gamma * norm + kernel_.coef0, kernel_.degree);
  }
  return diagonal;
}

KernelCache::KernelCache(const Kernel& kernel, const MatrixView& x, double megabytes)
    : rows_(kernel, x),
      x_(x),
      most_(std::clamp<std::size_t>(
          static_cast<std::size_t>(megabytes * 0x1p20 /
                                   static_cast<double>(rows_.padded() * sizeof(float))),
          2, std::max<std::size_t>(2, rows_.rows()))),
      slot_of_(rows_.rows(), -1),
      row_of_(most_, -1),
      next_(most_ + 1),
      previous_(most_ + 1) {
  next_[most_] = previous_[most_] = static_cast<std::int32_t>(most_);
}

void KernelCache::unlink(std::int32_t slot) {
  const auto s = static_cast<std::size_t>(slot);
  next_[static_cast<std::size_t>(previous_[s])] = next_[s];
  previous_[static_cast<std::size_t>(next_[s])] = previous_[s];
}

void KernelCache::link_first(std::int32_t slot) {
  const auto s = static_cast<std::size_t>(slot);
  next_[s] = next_[most_];
  previous_[s] = static_cast<std::int32_t>(most_);
  previous_[static_cast<std::size_t>(next_[s])] = slot;
  next_[most_] = slot;
}

const float* KernelCache::row(std::size_t i) {
  std::int32_t slot = slot_of_[i];
  if (slot >= 0) {
    unlink(slot);
  } else {
    if (slots_.size() < most_) {
      slot = static_cast<std::int32_t>(slots_.size());
      slots_.push_back(std::make_unique_for_overwrite<float[]>(rows_.padded()));
    } else {
      slot = previous_[most_];
      unlink(slot);
      slot_of_[static_cast<std::size_t>(row_of_[static_cast<std::size_t>(slot)])] = -1;
    }
    slot_of_[i] = slot;
    row_of_[static_cast<std::size_t>(slot)] = static_cast<std::int32_t>(i);
    rows_.evaluate(x_.row(static_cast<Eigen::Index>(i)).data(),
                   slots_[static_cast<std::size_t>(slot)].get());
  }
  link_first(slot);
  return slots_[static_cast<std::size_t>(slot)].get();
}

}  // namespace sandlot
