#include "learners/classical/tree_nodes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sim/core/thread_pool.h"

namespace sandlot {

struct FlatForest::Lanes {
  std::array<std::int32_t, kLanes> at;
  std::array<const float*, kLanes> x;
};

FlatForest::FlatForest(const Space& input, int outputs, int width)
    : columns_(static_cast<int>(input.size())),
      categories_(input.is_discrete() ? input.n : 0),
      outputs_(outputs),
      width_(width) {}

void FlatForest::clear() {
  nodes_.clear();
  roots_.clear();
  depths_.clear();
  values_.clear();
  sets_.clear();
}

void FlatForest::add(const GrownTree& tree, std::span<const float> leaf_values) {
  const auto base = static_cast<std::int32_t>(nodes_.size());
  const auto value_base = static_cast<std::int32_t>(leaves());
  roots_.push_back(base);
  nodes_.emplace_back();
  // Leaves are numbered in the order of the grown tree; nodes are laid out breadth first, so that
  // the first steps, which every row takes, share cache lines.
  std::vector<std::int32_t> leaf_number(tree.size());
  std::int32_t leaf = 0;
  for (std::size_t i = 0; i < tree.size(); ++i)
    if (tree[i].column < 0) leaf_number[i] = leaf++;
  std::vector<std::int32_t> queue{0};
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const GrownNode& grown = tree[static_cast<std::size_t>(queue[next])];
    const auto here = base + static_cast<std::int32_t>(next);
    TreeNode node{};
    if (grown.column < 0) {
      node = {std::numeric_limits<float>::infinity(), 1, here,
              value_base + leaf_number[static_cast<std::size_t>(queue[next])]};
    } else {
      node = {grown.threshold,
              static_cast<std::uint32_t>(grown.column) * 2 + (grown.missing_left ? 1u : 0u),
              base + static_cast<std::int32_t>(queue.size()), -1};
      if (categories_ > 0) {
        node.place = static_cast<std::int32_t>(sets_.size());
        sets_.insert(sets_.end(), grown.categories.begin(), grown.categories.end());
      }
      queue.push_back(grown.left);
      queue.push_back(grown.right);
      nodes_.resize(nodes_.size() + 2);
    }
    nodes_[static_cast<std::size_t>(here)] = node;
  }
  values_.insert(values_.end(), leaf_values.begin(), leaf_values.end());
  measure(roots_.size() - 1);
}

// Children come after their parents.
void FlatForest::measure(std::size_t tree) {
  const auto begin = static_cast<std::size_t>(roots_[tree]);
  const auto end =
      tree + 1 < roots_.size() ? static_cast<std::size_t>(roots_[tree + 1]) : nodes_.size();
  std::vector<std::int32_t> depth(end - begin);
  std::int32_t deepest = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const auto left = static_cast<std::size_t>(nodes_[i].left);
    deepest = std::max(deepest, depth[i - begin]);
    if (left != i) depth[left - begin] = depth[left + 1 - begin] = depth[i - begin] + 1;
  }
  depths_.resize(roots_.size());
  depths_[tree] = deepest;
}

void FlatForest::append(const FlatForest& other) {
  const auto base = static_cast<std::int32_t>(nodes_.size());
  const auto value_base = static_cast<std::int32_t>(leaves());
  const auto set_base = static_cast<std::int32_t>(sets_.size());
  for (std::size_t i = 0; i < other.nodes_.size(); ++i) {
    TreeNode node = other.nodes_[i];
    const bool is_leaf = node.left == static_cast<std::int32_t>(i);
    node.left += base;
    if (is_leaf)
      node.place += value_base;
    else if (node.place >= 0)
      node.place += set_base;
    nodes_.push_back(node);
  }
  for (const std::int32_t root : other.roots_) roots_.push_back(root + base);
  depths_.insert(depths_.end(), other.depths_.begin(), other.depths_.end());
  values_.insert(values_.end(), other.values_.begin(), other.values_.end());
  sets_.insert(sets_.end(), other.sets_.begin(), other.sets_.end());
}

void FlatForest::truncate(int trees) {
  if (trees >= this->trees()) return;
  nodes_.resize(static_cast<std::size_t>(roots_[static_cast<std::size_t>(trees)]));
  roots_.resize(static_cast<std::size_t>(trees));
  depths_.resize(static_cast<std::size_t>(trees));
  std::int32_t kept = 0, sets = 0;
  const std::int32_t words = (categories_ + 31) / 32;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].left == static_cast<std::int32_t>(i))
      kept = std::max(kept, nodes_[i].place + 1);
    else
      sets = std::max(sets, nodes_[i].place + words);
  }
  values_.resize(static_cast<std::size_t>(kept) * static_cast<std::size_t>(width_));
  sets_.resize(static_cast<std::size_t>(std::max(sets, 0)));
}

template <bool categorical>
void FlatForest::descend(Lanes& lanes) const {
  const TreeNode* const nodes = nodes_.data();
  std::int32_t moved = 0;
  do {
    moved = 0;
    for (std::size_t k = 0; k < kLanes; ++k) {
      const TreeNode node = nodes[lanes.at[k]];
      const float x = lanes.x[k][node.test >> 1];
      const bool missing_right = (node.test & 1) == 0;
      bool right = (x > node.threshold) | ((x != x) & missing_right);
      if constexpr (categorical) {
        if (node.left != lanes.at[k] && x == x) {
          const auto category = static_cast<std::uint32_t>(x);
          const std::uint32_t word = sets_[static_cast<std::size_t>(node.place) + category / 32];
          right = (word >> (category % 32) & 1) == 0;
        }
      }
      const std::int32_t next = node.left + (right ? 1 : 0);
      moved |= next ^ lanes.at[k];
      lanes.at[k] = next;
    }
  } while (moved != 0);
}

void FlatForest::descend(Lanes& lanes) const {
  if (categories_ > 0)
    descend<true>(lanes);
  else
    descend<false>(lanes);
}

void FlatForest::add_leaf(std::int32_t node, int tree, float* out) const {
  const auto place = static_cast<std::size_t>(nodes_[static_cast<std::size_t>(node)].place);
  if (width_ == 1) {
    out[tree % outputs_] += values_[place];
    return;
  }
  const auto width = static_cast<std::size_t>(width_);
  for (std::size_t k = 0; k < width; ++k) out[k] += values_[place * width + k];
}

void FlatForest::add_row(const float* x, float* out, int first) const {
  Lanes lanes;
  lanes.x.fill(x);
  for (int tree = first; tree < trees(); tree += kLanes) {
    const int count = std::min(kLanes, trees() - tree);
    for (int k = 0; k < kLanes; ++k)
      lanes.at[static_cast<std::size_t>(k)] =
          roots_[static_cast<std::size_t>(tree + std::min(k, count - 1))];
    descend(lanes);
    for (int k = 0; k < count; ++k) add_leaf(lanes.at[static_cast<std::size_t>(k)], tree + k, out);
  }
}

namespace {

// `Count` rows of x, `stride` apart, go down `depth` steps of one tree. No value is missing.
template <std::size_t Count>
void walk(const TreeNode* nodes, std::int32_t root, std::int32_t depth, const float* x,
          Eigen::Index stride, std::array<std::int32_t, Count>& at) {
  at.fill(root);
  for (std::int32_t step = 0; step < depth; ++step)
    for (std::size_t k = 0; k < Count; ++k) {
      const TreeNode& node = nodes[at[k]];
      const float value = x[static_cast<Eigen::Index>(k) * stride + (node.test >> 1)];
      at[k] = node.left + (value > node.threshold ? 1 : 0);
    }
}

}  // namespace

void FlatForest::add_rows(const MatrixView& x, float* out, int threads) const {
  ThreadPool pool(threads);
  pool.run(static_cast<int>(x.rows()), [&](int begin, int end) { add_some(x, out, begin, end); });
}

// One tree at a time stays in cache while a block of rows passes through it.
void FlatForest::add_some(const MatrixView& x, float* out, Eigen::Index begin,
                          Eigen::Index end) const {
  constexpr Eigen::Index kBlock = 256;
  constexpr auto kTogether = static_cast<std::size_t>(kLanes);
  std::array<std::int32_t, kTogether> at;
  Lanes lanes;
  for (Eigen::Index first = begin; first < end; first += kBlock) {
    const Eigen::Index last = std::min(first + kBlock, end);
    const bool plain = categories_ == 0 && !x.middleRows(first, last - first).hasNaN();
    for (int tree = 0; tree < trees(); ++tree) {
      const std::int32_t root = roots_[static_cast<std::size_t>(tree)];
      Eigen::Index row = first;
      if (plain)
        for (; row + static_cast<Eigen::Index>(kTogether) <= last;
             row += static_cast<Eigen::Index>(kTogether)) {
          walk(nodes_.data(), root, depths_[static_cast<std::size_t>(tree)], x.row(row).data(),
               x.outerStride(), at);
          for (std::size_t k = 0; k < kTogether; ++k)
            add_leaf(at[k], tree, out + (row + static_cast<Eigen::Index>(k)) * outputs_);
        }
      for (; row < last; row += kLanes) {
        const int count = static_cast<int>(std::min<Eigen::Index>(kLanes, last - row));
        for (int k = 0; k < kLanes; ++k)
          lanes.x[static_cast<std::size_t>(k)] = x.row(row + std::min(k, count - 1)).data();
        lanes.at.fill(root);
        descend(lanes);
        for (int k = 0; k < count; ++k)
          add_leaf(lanes.at[static_cast<std::size_t>(k)], tree, out + (row + k) * outputs_);
      }
    }
  }
}

void FlatForest::save(Writer& out) const {
  out.tag("forest");
  out.write(static_cast<std::uint64_t>(nodes_.size()));
  for (const TreeNode& node : nodes_) {
    out.write(node.threshold);
    out.write(node.test);
    out.write(node.left);
    out.write(node.place);
  }
  out.write(roots_);
  out.write(values_);
  out.write(sets_);
}

void FlatForest::load(Reader& in) {
  in.expect_tag("forest");
  clear();
  nodes_.resize(in.read_count(sizeof(TreeNode)));
  for (TreeNode& node : nodes_) {
    in.read(node.threshold);
    in.read(node.test);
    in.read(node.left);
    in.read(node.place);
  }
  in.read(roots_);
  in.read(values_);
  in.read(sets_);
  check(in);
  for (std::size_t tree = 0; tree < roots_.size(); ++tree) measure(tree);
}

// Children come after their parents, within their tree: no descent leaves the array or goes in a
// circle.
void FlatForest::check(Reader& in) const {
  const auto width = static_cast<std::size_t>(width_);
  if (values_.size() % width != 0) in.fail("a leaf of a tree lacks values");
  for (const float value : values_)
    if (!std::isfinite(value)) in.fail("a leaf of a tree is not finite");
  if (roots_.empty() != nodes_.empty() || (!roots_.empty() && roots_[0] != 0))
    in.fail("trees without nodes");
  const auto words = static_cast<std::size_t>((categories_ + 31) / 32);
  for (std::size_t tree = 0; tree < roots_.size(); ++tree) {
    const std::int64_t begin = roots_[tree];
    const std::int64_t end = tree + 1 < roots_.size() ? std::int64_t{roots_[tree + 1]}
                                                      : static_cast<std::int64_t>(nodes_.size());
    if (begin >= end || end > static_cast<std::int64_t>(nodes_.size()))
      in.fail("a tree begins outside the nodes");
    for (std::int64_t i = begin; i < end; ++i) {
      const TreeNode& node = nodes_[static_cast<std::size_t>(i)];
      if (node.test >> 1 >= static_cast<std::uint32_t>(columns_))
        in.fail("a tree asks for an input that does not exist");
      if (std::isnan(node.threshold)) in.fail("a threshold of a tree is not a number");
      const auto place = static_cast<std::size_t>(node.place);
      if (node.left == i) {
        if (node.place < 0 || place >= leaves() || node.test != 1 ||
            node.threshold != std::numeric_limits<float>::infinity())
          in.fail("a leaf of a tree is damaged");
      } else {
        if (node.left <= i || node.left + std::int64_t{1} >= end)
          in.fail("a node of a tree has children outside it");
        if (words > 0 && (node.place < 0 || place + words > sets_.size()))
          in.fail("a node of a tree has categories outside the sets");
      }
    }
  }
}

}  // namespace sandlot
