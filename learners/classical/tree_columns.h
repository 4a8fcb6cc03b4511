// TreeColumns: the inputs as small whole numbers, column by column, as trees are grown from.
//
// Exact: each distinct value of a column has a code of its own, so that every threshold that CART
// would try is tried. Binned: at most 255 codes per column, at quantiles of the weighted rows, so
// that a node's candidates are counted rather than sorted (Ke et al. 2017, "LightGBM", §2.1). A
// column with at most 255 distinct values is the same both ways. What is missing has the code after
// the last.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learners/matrix.h"
#include "sim/core/space.h"
#include "sim/core/thread_pool.h"

namespace sandlot {

class TreeColumns {
 public:
  static constexpr std::uint32_t kMostBins = 255;

  // The result does not depend on the threads of `pool`, which may be null.
  TreeColumns(const MatrixView& x, const Space& input, std::span<const float> weights, bool exact,
              ThreadPool* pool = nullptr);

  std::size_t rows() const { return rows_; }
  int columns() const { return static_cast<int>(low_.size()); }
  int categories() const { return categories_; }  // of a discrete input; 0 for a box
  bool bytes() const { return bytes_only_; }      // whether codes are bytes
  template <class Code>
  const Code* codes(int column) const;
  // How many codes known values have; that number itself is the code of what is missing.
  std::uint32_t bins(int column) const {
    return static_cast<std::uint32_t>(low_[static_cast<std::size_t>(column)].size());
  }
  // The smallest and the largest value with a code.
  float low(int column, std::uint32_t code) const {
    return low_[static_cast<std::size_t>(column)][code];
  }
  float high(int column, std::uint32_t code) const {
    return high_[static_cast<std::size_t>(column)][code];
  }
  // Halfway between two codes that follow each other in a node.
  float threshold(int column, std::uint32_t below, std::uint32_t above) const;
  // The last code of which no value is above `value`, and 0 where there is none.
  std::uint32_t last_not_above(int column, float value) const;

 private:
  void code_column(const MatrixView& x, std::span<const float> weights, bool exact, int column);

  std::size_t rows_;
  int categories_;
  bool bytes_only_ = true;
  std::vector<std::vector<float>> low_, high_;  // [columns][bins]
  std::vector<std::uint8_t> small_;             // [columns, rows]
  std::vector<std::uint32_t> large_;            // the same, where bytes do not do
};

template <>
inline const std::uint8_t* TreeColumns::codes(int column) const {
  return small_.data() + static_cast<std::size_t>(column) * rows_;
}
template <>
inline const std::uint32_t* TreeColumns::codes(int column) const {
  return large_.data() + static_cast<std::size_t>(column) * rows_;
}

}  // namespace sandlot
