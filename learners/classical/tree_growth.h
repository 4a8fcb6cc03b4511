// TreeGrower: grows one tree from coded columns, for every learner that is made of trees.
//
// Depth first, or best first where the leaves are limited (Shi 2007; Ke et al. 2017). Where all
// columns are tried at each node, the sums of a large node's bins are kept, and those of the larger
// child are the parent's less the smaller's; of small nodes only what occurs in them is looked at.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "learners/classical/tree_nodes.h"
#include "learners/classical/tree_split.h"

namespace sandlot {

// What is learnt, per row of the columns.
struct TreeTargets {
  enum class Kind : std::uint8_t {
    scalar,   // one sum
    classes,  // one per class, of labels
    vector,   // one per output
  };
  Kind kind = Kind::scalar;
  int width = 1;                     // sums beside the weight
  std::vector<float> weights;        // [rows]
  std::vector<float> sums;           // [rows, width], times the weight: scalar and vector
  std::vector<std::int32_t> labels;  // [rows]: classes
};

struct GrowthRules {
  SplitRules split;
  int max_depth = 0;         // 0: no limit, as below
  int max_leaves = 0;        // grows best first where it is above 0
  double split_weight = 0;   // a node lighter than that is a leaf
  double least_gain = -1;    // a split that gains less is not made
  int columns_per_node = 0;  // drawn without those that are constant in the node; 0: all
  // Whether columns are tried in random order also where all are, so that of equal cuts, which are
  // many where rows are few, each tree may take another. Else the first column's is taken.
  bool random_ties = false;
  bool random_cuts = false;  // one threshold per column, drawn evenly (Geurts et al. 2006)
  std::span<const std::int64_t> monotone = {};  // per column: −1, 0, 1; or none
};

class TreeGrower {
 public:
  // `pool` may be null; columns are then done one after another, with the same result.
  TreeGrower(const TreeColumns& columns, const GrowthRules& rules, ThreadPool* pool = nullptr);
  ~TreeGrower();

  // From `rows`, which it brings in the order of the leaves; from `allowed` columns, or all.
  GrownTree grow(const TreeTargets& targets, std::vector<std::uint32_t>& rows, Random& random,
                 std::span<const int> allowed = {});

 private:
  class Work;
  template <class Code>
  class TypedWork;
  std::unique_ptr<Work> work_;
};

// Minimal cost-complexity pruning (Breiman et al. 1984, §3.3): cuts the weakest links while they
// reduce the impurity by at most `alpha` per leaf; `weight` is that of the root.
void prune(GrownTree& tree, double alpha, double weight);
// Adds the gain of each split to its column.
void add_importances(const GrownTree& tree, std::span<double> importances);
// Makes them sum up to 1, where any is above 0.
void normalise_importances(std::vector<double>& importances);

}  // namespace sandlot
