// NodeCounter: sums the targets of a node's rows by the codes of a column.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "learners/classical/tree_growth.h"

namespace sandlot {

constexpr std::size_t kColumnBins = TreeColumns::kMostBins + 1;  // with one for what is missing

class NodeCounter {
 public:
  explicit NodeCounter(const TreeColumns& columns) : columns_(columns) {}

  // Copies the targets of `rows` so that they lie in order; what follows is about these rows.
  // `sums` [W, S_1 …]; `pure`: whether all targets are the same.
  void gather(const TreeTargets& targets, std::span<const std::uint32_t> rows,
              std::vector<double>& sums, bool& pure);

  // Adds to bins [kColumnBins, stride].
  template <class Code>
  void count(int column, std::span<const std::uint32_t> rows, double* bins) const {
    const Code* codes = columns_.codes<Code>(column);
    const std::size_t stride = stride_;
    if (stride == 2) {
      for (std::size_t i = 0; i < rows.size(); ++i) add_scalar(bins + codes[rows[i]] * 2, i);
    } else {
      for (std::size_t i = 0; i < rows.size(); ++i) add(bins + codes[rows[i]] * stride, i);
    }
  }
  // The bins that are not empty, as groups.
  static void collect(std::uint32_t known, const double* bins, std::size_t stride, Groups& groups);

  // The groups of a column.
  template <class Code>
  void group(int column, std::span<const std::uint32_t> rows, Groups& groups) {
    groups.clear(stride_);
    if constexpr (sizeof(Code) == 1)
      group_bytes(column, rows, groups);
    else
      group_sorted(column, rows, groups);
  }
  // The first and the last code of known values; whether any is missing. With none known, both are
  // 0.
  template <class Code>
  bool range(int column, std::span<const std::uint32_t> rows, std::uint32_t& first,
             std::uint32_t& last) const;
  // Two groups: codes up to `cut`, and those above.
  template <class Code>
  void halves(int column, std::span<const std::uint32_t> rows, std::uint32_t cut,
              Groups& groups) const;

 private:
  struct Pair {
    float weight, sum;
  };

  void add_scalar(double* sums, std::size_t i) const {
    sums[0] += static_cast<double>(pairs_[i].weight);
    sums[1] += static_cast<double>(pairs_[i].sum);
  }
  void add(double* sums, std::size_t i) const {
    switch (kind_) {
      case TreeTargets::Kind::scalar:
        return add_scalar(sums, i);
      case TreeTargets::Kind::classes: {
        const auto weight = static_cast<double>(pairs_[i].weight);
        sums[0] += weight;
        sums[1 + labels_[i]] += weight;
        return;
      }
      case TreeTargets::Kind::vector:
        sums[0] += static_cast<double>(pairs_[i].weight);
        for (std::size_t k = 1; k < stride_; ++k)
          sums[k] += static_cast<double>(wide_[i * (stride_ - 1) + k - 1]);
    }
  }
  void gather_scalar(const TreeTargets& targets, std::span<const std::uint32_t> rows,
                     std::vector<double>& sums, bool& pure);
  void group_bytes(int column, std::span<const std::uint32_t> rows, Groups& groups);
  void group_sorted(int column, std::span<const std::uint32_t> rows, Groups& groups);

  const TreeColumns& columns_;
  TreeTargets::Kind kind_ = TreeTargets::Kind::scalar;
  std::size_t stride_ = 2;
  std::vector<Pair> pairs_;
  std::vector<std::uint32_t> labels_;
  std::vector<float> wide_;   // [rows, stride − 1]
  std::vector<double> bins_;  // zero between calls
  std::vector<std::uint64_t> keys_;
};

template <class Code>
bool NodeCounter::range(int column, std::span<const std::uint32_t> rows, std::uint32_t& first,
                        std::uint32_t& last) const {
  const Code* codes = columns_.codes<Code>(column);
  const std::uint32_t missing = columns_.bins(column);
  std::uint32_t low = missing, high = 0;
  bool any = false;
  for (const std::uint32_t row : rows) {
    const std::uint32_t code = codes[row];
    low = std::min(low, code);
    high = std::max(high, code == missing ? 0 : code);
    any |= code == missing;
  }
  first = low == missing ? 0 : low;
  last = high;
  return any && low != missing;
}

template <class Code>
void NodeCounter::halves(int column, std::span<const std::uint32_t> rows, std::uint32_t cut,
                         Groups& groups) const {
  const Code* codes = columns_.codes<Code>(column);
  const std::uint32_t missing = columns_.bins(column);
  groups.clear(stride_);
  std::vector<double>& sums = groups.sums;
  sums.assign(2 * stride_, 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint32_t code = codes[rows[i]];
    double* to =
        code == missing ? groups.missing.data() : sums.data() + (code <= cut ? 0 : stride_);
    add(to, i);
  }
  groups.codes = {cut, missing - 1};
  if (sums[stride_] > 0) return;
  groups.codes.pop_back();
  sums.resize(stride_);
}

}  // namespace sandlot
