// Sum tree: draws an index with probability proportional to its weight (Schaul, Quan, Antonoglou &
// Silver 2016, "Prioritized experience replay", appendix B.2.1).
//
// Eight children per node instead of two: a node is one cache line, and a million weights are seven
// lines deep. An inner node is always the sum of its children in their order, and not what it was
// plus a difference, so that rounding errors do not pile up and the tree is a function of its
// weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sandlot {

class SumTree {
 public:
  explicit SumTree(std::int64_t size = 0);

  std::int64_t size() const { return size_; }
  double weight(std::int64_t index) const { return nodes_[leaf(index)]; }
  // The weight is finite and at least 0.
  void set(std::int64_t index, double weight);
  double total() const { return total_; }
  // The index i with w_0 + … + w_{i−1} ≤ prefix < w_0 + … + w_i, up to rounding: its weight is
  // above 0 whatever `prefix` is. total() must be above 0.
  std::int64_t find(double prefix) const;
  // The same for many at once, which is faster: the memory is waited for together.
  void find(std::span<const double> prefixes, std::span<std::int64_t> indices) const;
  void clear();

  std::size_t bytes() const { return bytes_for(size_); }
  static std::size_t bytes_for(std::int64_t size);

 private:
  struct Cursor {
    std::size_t node = 0;
    double prefix = 0;
  };
  void descend(std::size_t level, Cursor& cursor) const;
  std::size_t leaf(std::int64_t index) const {
    return levels_.back() + static_cast<std::size_t>(index);
  }

  std::int64_t size_;
  double total_ = 0;
  std::vector<double> nodes_;        // level by level from the root's children to the weights
  std::vector<std::size_t> levels_;  // where each begins in nodes_; each is a multiple of 8 long
};

}  // namespace sandlot
