// The nearest of many rows, by squared Euclidean distance; of equal ones, those that came first.
//
// kd_tree: a k-d tree with blocks of rows as leaves (Friedman, Bentley & Finkel 1977; distances to
// cells as in Arya & Mount 1993), for few columns. brute: all rows, as a matrix product that tells,
// with bounds on its rounding, which of them may be near; only their distances are worked out. Both
// give the same rows and distances, to the bit. Rows may be added at any time: they are looked
// through one by one until there are enough of them for a new tree.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "learners/matrix.h"

namespace sandlot {

struct Neighbour {
  float distance = 0;  // squared
  std::uint32_t row = 0;
  float weight = 0;
};

// The nearest rows so far whose weights together reach k; the last counts as far as it is needed.
class Nearest {
 public:
  void start(double k);
  // Rows farther than that are not taken.
  float reach() const { return reach_; }
  void offer(float distance, std::uint32_t row, float weight);
  // Nearest first, with weights that sum up to k, or less where there is no more.
  std::span<const Neighbour> finish();

 private:
  double k_ = 0, total_ = 0;
  float reach_ = 0;
  std::vector<Neighbour> found_;
};

enum class NeighbourMethod : std::uint8_t { automatic, kd_tree, brute };

class NeighbourIndex {
 public:
  NeighbourIndex(NeighbourMethod method, std::size_t columns)
      : method_(method), columns_(columns) {}

  void clear();
  // x [rows, columns], weights [rows].
  void add(const MatrixView& x, std::span<const float> weights);
  std::size_t rows() const { return weights_.size(); }
  std::span<const float> values() const { return values_; }  // [rows, columns]
  std::span<const float> weights() const { return weights_; }

  // May be called by several threads at once.
  void search(const float* x, double k, Nearest& nearest) const;
  // Calls use(row of x, its neighbours) for each row, on `threads` threads.
  using Use = std::function<void(Eigen::Index, std::span<const Neighbour>)>;
  void search(const MatrixView& x, double k, int threads, const Use& use) const;
  // All rows whose squared distance is at most `reach`, in an order that depends on the rows alone.
  void within(const float* x, float reach, std::vector<Neighbour>& found) const;

 private:
  static constexpr std::size_t kRows = 64;  // of a block
  using Floats = std::vector<float, Eigen::aligned_allocator<float>>;
  using Part = Eigen::Array<float, 16, 1>;
  struct Node {
    std::int32_t column = -1;  // −1: a leaf
    float split = 0;           // below it lies the next node, above it `other`
    std::uint32_t other = 0;   // of a leaf: its block
  };
  struct Query;

  bool use_tree() const;
  void build();
  void build_node(std::span<std::uint32_t> rows);
  void add_to_blocks(std::uint32_t row, bool new_block);
  float distance(const float* x, std::uint32_t row) const;
  Part distances(const float* values, const float* x) const;
  void scan_block(std::size_t block, const float* x, Nearest& nearest) const;
  void descend(std::size_t node, const float* x, float bound, float* offsets,
               Nearest& nearest) const;
  void gather_block(std::size_t block, const float* x, float reach,
                    std::vector<Neighbour>& found) const;
  void gather(std::size_t node, const float* x, float bound, float reach, float* offsets,
              std::vector<Neighbour>& found) const;
  void start(Query& query, const float* x, double k, Nearest& nearest) const;
  void place(Query& query, const float* x) const;
  void sift(std::size_t first, std::size_t last, std::span<Query> queries) const;
  template <std::size_t Count>
  void sift_some(std::size_t first, std::size_t last, Query* queries) const;

  NeighbourMethod method_;
  std::size_t columns_;
  std::vector<float> values_, weights_;  // as they came
  std::size_t built_ = 0;                // rows that were there at the last build()
  bool tree_ = false;
  std::vector<Node> nodes_;
  std::size_t leaves_ = 0;  // blocks that the tree has; those after them came later
  // [blocks, columns, kRows]: values, less centre_ without a tree; |row|² / 2, infinite where there
  // is none.
  Floats blocks_, halves_;
  std::vector<std::uint32_t> block_rows_;  // [blocks, kRows]
  std::vector<std::uint32_t> block_sizes_;
  std::vector<float> centre_;
  double radius_ = 0;  // of what is in the blocks, about the centre
};

}  // namespace sandlot
