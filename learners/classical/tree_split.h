// The best place to cut a node in two, from the sums of its groups (rows with the same code).
//
// Every criterion is a score of the sums of a side, and a cut gains score(left) + score(right) −
// score(whole): with W the weight and S_k the weighted sums of targets, Σ S_k² / (W + λ) is the
// negative squared error (Breiman et al. 1984, §8.4), the negative Gini impurity times W where the
// targets are indicators of classes (§4.3), and twice the second-order decrease of any loss where W
// sums second and S negative first derivatives (Chen & Guestrin 2016, eq. 7); Σ S_k log₂ S_k − W
// log₂ W is the negative entropy times W (Quinlan 1986).
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "learners/classical/tree_columns.h"
#include "sim/core/random.h"

namespace sandlot {

enum class SplitScore : std::uint8_t {
  squares,         // Σ S_k² / (W + λ); of at least three classes the Gini impurity too
  gini_binary,     // S is the weight of the second class
  entropy_binary,  // the same
  entropy,         // S_k are the weights of all classes
};

struct SplitRules {
  SplitScore score = SplitScore::squares;
  double l2 = 0;
  double least_weight = 0;  // on either side
};

// A node's sums, [W, S_1 … S_width], and the bounds of its value where a constraint set them.
struct NodeSums {
  std::vector<double> sums;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

// The groups of a node in one column, those of known values in order.
struct Groups {
  std::vector<std::uint32_t> codes;
  std::vector<double> sums;     // [groups, 1 + width]
  std::vector<double> missing;  // [1 + width]
  std::size_t size() const { return codes.size(); }
  bool constant() const { return size() + (missing[0] > 0 ? 1 : 0) < 2; }
  void clear(std::size_t stride) {
    codes.clear();
    sums.clear();
    missing.assign(stride, 0);
  }
};

struct Split {
  double gain = -std::numeric_limits<double>::infinity();
  int column = -1;              // −1: there is none
  std::uint32_t last_left = 0;  // codes up to it go left
  float threshold = 0;
  bool missing_left = false;
  std::vector<std::uint32_t> categories;  // codes that go left, where inputs are discrete
};

// The score of sums with a stride of `sums.size()`.
double score_of(const SplitRules& rules, std::span<const double> sums);
// The value S / (W + λ) of a scalar target, within its bounds, and its score.
double bounded_value(double weight, double sum, double l2, double low, double high);

// Puts the best cut of one column in `best` where it is better than what that holds. `monotone`: 1
// where the value may not fall from left to right, −1 where it may not rise, of a scalar target.
void best_cut(const TreeColumns& columns, int column, const SplitRules& rules, const NodeSums& node,
              const Groups& groups, int monotone, Split& best);
// The same where groups are categories: in the order of each output's mean, of which the best cut
// is the best of all subsets where there is one output, or two classes (Breiman et al. 1984,
// theorem 4.5).
void best_subset(int column, const SplitRules& rules, const NodeSums& node, Groups& groups,
                 Split& best);

}  // namespace sandlot
