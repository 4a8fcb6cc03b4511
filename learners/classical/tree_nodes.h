// FlatForest: trees as they are evaluated, all nodes in one array.
//
// A node takes 16 bytes, and the two children of a node lie beside each other, so that a step is
// one load and one addition. A leaf leads to itself: some descents go on in lockstep, without a
// branch that could be mispredicted, until none of them moves, or as often as the tree is deep (cf.
// Asadi, Lin & de Vries 2014, "Runtime optimizations for tree-based machine learning models").
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learners/matrix.h"
#include "sim/core/archive.h"
#include "sim/core/space.h"

namespace sandlot {

struct TreeNode {
  float threshold;     // x[column] <= threshold goes left
  std::uint32_t test;  // column · 2 + 1 where what is missing goes left
  std::int32_t left;   // the right child is left + 1; of a leaf: itself
  // Of a leaf its place among the values, of a node that asks for a category that of its set.
  std::int32_t place;
};
static_assert(sizeof(TreeNode) == 16);

// A tree as it was grown: what pruning, importances and the flat form need.
struct GrownNode {
  int column = -1;  // −1: a leaf
  float threshold = 0;
  bool missing_left = false;
  std::int32_t left = -1, right = -1;
  std::vector<std::uint32_t>
      categories;                    // a bit for each that goes left, where inputs are discrete
  std::uint32_t begin = 0, end = 0;  // its rows, in the order that growing left them in
  double gain = 0;                   // decrease of the impurity times the weight
  double value = 0;                  // of a scalar target, regularised
};
using GrownTree = std::vector<GrownNode>;  // the root first, children after their parents

class FlatForest {
 public:
  // A leaf holds `width` values. With as many as outputs, each tree adds to every output; with one,
  // tree t adds to output t mod outputs.
  FlatForest(const Space& input, int outputs, int width);

  void clear();
  // leaf_values [leaves, width], in the order of the leaves of `tree`.
  void add(const GrownTree& tree, std::span<const float> leaf_values);
  // Takes over another forest of the same shape.
  void append(const FlatForest& other);
  void truncate(int trees);  // keeps the first ones

  int trees() const { return static_cast<int>(roots_.size()); }
  int outputs() const { return outputs_; }
  std::size_t nodes() const { return nodes_.size(); }
  std::size_t leaves() const { return values_.size() / static_cast<std::size_t>(width_); }
  const TreeNode& node(std::size_t i) const { return nodes_[i]; }
  // The values of a leaf, by its node's place.
  std::span<const float> leaf(std::int32_t place) const {
    const auto width = static_cast<std::size_t>(width_);
    return std::span(values_).subspan(static_cast<std::size_t>(place) * width, width);
  }

  // Adds the sums over trees from `first` on: x [columns], out [outputs].
  void add_row(const float* x, float* out, int first = 0) const;
  // The same for rows: out [rows, outputs], row-major. Each row gets the same bits as by add_row.
  void add_rows(const MatrixView& x, float* out, int threads = 1) const;

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  static constexpr int kLanes = 8;
  struct Lanes;
  template <bool categorical>
  void descend(Lanes& lanes) const;
  void descend(Lanes& lanes) const;
  void add_some(const MatrixView& x, float* out, Eigen::Index begin, Eigen::Index end) const;
  void measure(std::size_t tree);
  void add_leaf(std::int32_t node, int tree, float* out) const;
  void check(Reader& in) const;

  int columns_, categories_;  // categories_: 0 for a box
  int outputs_, width_;
  std::vector<TreeNode> nodes_;
  std::vector<std::int32_t> roots_;   // the nodes of tree t are those from roots_[t] to the next
  std::vector<std::int32_t> depths_;  // steps from the root of each to its deepest leaf
  std::vector<float> values_;         // [leaves, width]
  std::vector<std::uint32_t> sets_;   // bits of categories that go left
};

}  // namespace sandlot
