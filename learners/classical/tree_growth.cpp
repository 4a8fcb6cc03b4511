#include "learners/classical/tree_growth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <type_traits>

#include "learners/classical/tree_sums.h"

namespace sandlot {

class TreeGrower::Work {
 public:
  virtual ~Work() = default;
  virtual GrownTree grow(const TreeTargets& targets, std::vector<std::uint32_t>& rows,
                         Random& random, std::span<const int> allowed) = 0;
};

template <class Code>
class TreeGrower::TypedWork final : public TreeGrower::Work {
 public:
  TypedWork(const TreeColumns& columns, const GrowthRules& rules, ThreadPool* pool)
      : columns_(columns), rules_(rules), pool_(pool), sums_(columns) {
    goes_left_.resize(std::max<std::size_t>(TreeColumns::kMostBins + 1,
                                            static_cast<std::size_t>(columns.categories()) + 1));
  }

  GrownTree grow(const TreeTargets& targets, std::vector<std::uint32_t>& rows, Random& random,
                 std::span<const int> allowed) override {
    targets_ = &targets;
    rows_ = &rows;
    random_ = &random;
    stride_ = static_cast<std::size_t>(targets.width) + 1;
    scratch_.resize(rows.size());
    allowed_.assign(allowed.begin(), allowed.end());
    if (allowed.empty()) {
      allowed_.resize(static_cast<std::size_t>(columns_.columns()));
      std::iota(allowed_.begin(), allowed_.end(), 0);
    }
    per_node_ = rules_.columns_per_node > 0
                    ? std::min<std::size_t>(static_cast<std::size_t>(rules_.columns_per_node),
                                            allowed_.size())
                    : allowed_.size();
    drawn_ = allowed_;
    tree_.clear();
    open_.clear();
    tree_.emplace_back();
    tree_[0].end = static_cast<std::uint32_t>(rows.size());
    Open root;
    gather(root);
    if (may_split(root)) {
      if (keeps_sums(rows.size())) root.kept = count_all(root);
      find(root);
    }
    offer(std::move(root));
    int leaves = 1;
    while (!open_.empty() && (rules_.max_leaves == 0 || leaves < rules_.max_leaves)) {
      if (split(take())) ++leaves;
    }
    for (Open& open : open_) drop(open.kept);
    return std::move(tree_);
  }

 private:
  using Kept = std::unique_ptr<std::vector<double>>;  // sums per bin of all allowed columns

  // A node that may still be split.
  struct Open {
    std::int32_t node = 0;
    int depth = 0;
    bool pure = false;
    NodeSums sums;
    Kept kept;
    Split split;
  };

  // Fewer rows than that are counted anew in both children.
  static constexpr std::size_t kKeepFrom = 512;

  bool keeps_sums(std::size_t rows) const {
    return std::is_same_v<Code, std::uint8_t> && rows >= kKeepFrom &&
           per_node_ == allowed_.size() && !rules_.random_cuts && columns_.categories() == 0;
  }

  std::span<const std::uint32_t> rows_of(const Open& open) const {
    const GrownNode& node = tree_[static_cast<std::size_t>(open.node)];
    return std::span(*rows_).subspan(node.begin, node.end - node.begin);
  }

  // Brings a node's targets together, sums them, and sees whether they are all the same.
  void gather(Open& open) {
    sums_.gather(*targets_, rows_of(open), open.sums.sums, open.pure);
    GrownNode& node = tree_[static_cast<std::size_t>(open.node)];
    if (stride_ == 2)
      node.value = bounded_value(open.sums.sums[0], open.sums.sums[1], rules_.split.l2,
                                 open.sums.low, open.sums.high);
  }

  bool may_split(const Open& open) const {
    return !open.pure && (rules_.max_depth == 0 || open.depth < rules_.max_depth) &&
           open.sums.sums[0] >= rules_.split_weight;
  }

  // To wake a thread takes as long as some ten thousand additions.
  static constexpr std::size_t kWorthThreads = 1 << 16;

  // `each`: additions that a column needs.
  void for_columns(std::size_t each, const std::function<void(int, int)>& work) {
    if (pool_ && each * allowed_.size() >= kWorthThreads)
      pool_->run(static_cast<int>(allowed_.size()), work);
    else
      work(0, static_cast<int>(allowed_.size()));
  }

  Kept count_all(const Open& open) {
    Kept kept = spare_.empty() ? std::make_unique<std::vector<double>>() : std::move(spare_.back());
    if (!spare_.empty()) spare_.pop_back();
    kept->assign(allowed_.size() * kColumnBins * stride_, 0);
    const auto rows = rows_of(open);
    for_columns(rows.size(), [&](int begin, int end) {
      for (int i = begin; i < end; ++i)
        sums_.template count<Code>(allowed_[static_cast<std::size_t>(i)], rows,
                                   kept_sums(*kept, i));
    });
    return kept;
  }
  double* kept_sums(std::vector<double>& kept, int i) const {
    return kept.data() + static_cast<std::size_t>(i) * kColumnBins * stride_;
  }
  void drop(Kept& kept) {
    if (kept) spare_.push_back(std::move(kept));
  }

  int monotone(int column) const {
    return rules_.monotone.empty()
               ? 0
               : static_cast<int>(rules_.monotone[static_cast<std::size_t>(column)]);
  }

  void find(Open& open) {
    if (open.kept)
      find_in_kept(open);
    else
      find_anew(open);
    const Split& best = open.split;
    if (best.column >= 0 && !(best.gain >= rules_.least_gain)) open.split = {};
  }

  void find_in_kept(Open& open) {
    std::vector<Split> found(allowed_.size());
    for_columns(kColumnBins * stride_, [&](int begin, int end) {
      Groups groups;
      for (int i = begin; i < end; ++i) {
        const auto at = static_cast<std::size_t>(i);
        sums_.collect(columns_.bins(allowed_[at]), kept_sums(*open.kept, i), stride_, groups);
        best_cut(columns_, allowed_[at], rules_.split, open.sums, groups, monotone(allowed_[at]),
                 found[at]);
      }
    });
    for (Split& split : found)
      if (split.gain > open.split.gain) open.split = std::move(split);
  }

  // Columns in random order until enough of them vary, or all of them in theirs.
  void find_anew(Open& open) {
    const bool in_order = per_node_ == drawn_.size() && !rules_.random_cuts && !rules_.random_ties;
    std::size_t tried = 0;
    for (std::size_t i = 0; i < drawn_.size() && tried < per_node_; ++i) {
      if (!in_order) {
        const auto rest = static_cast<std::uint32_t>(drawn_.size() - i);
        std::swap(drawn_[i], drawn_[i + random_->below(rest)]);
      }
      const int column = drawn_[i];
      const auto rows = rows_of(open);
      const bool varies = rules_.random_cuts && columns_.categories() == 0
                              ? try_random_cut(open, column, rows)
                              : try_column(open, column, rows);
      tried += varies ? 1 : 0;
    }
  }

  bool try_column(Open& open, int column, std::span<const std::uint32_t> rows) {
    sums_.template group<Code>(column, rows, groups_);
    if (groups_.constant()) return false;
    if (columns_.categories() == 0)
      best_cut(columns_, column, rules_.split, open.sums, groups_, monotone(column), open.split);
    else if (!rules_.random_cuts)
      best_subset(column, rules_.split, open.sums, groups_, open.split);
    else
      random_subset(open, column);
    return true;
  }

  bool try_random_cut(Open& open, int column, std::span<const std::uint32_t> rows) {
    std::uint32_t first = 0, last = 0;
    const bool missing = sums_.template range<Code>(column, rows, first, last);
    if (first == last && !missing) return false;
    // Where only being known or not tells rows apart, that is the cut.
    const float low = columns_.high(column, first), high = columns_.low(column, last);
    auto threshold =
        static_cast<float>(random_->uniform(static_cast<double>(low), static_cast<double>(high)));
    // Of a bin that the threshold would cut in two, all rows go right, unless none were left.
    const std::uint32_t cut =
        first == last ? last
                      : std::clamp(columns_.last_not_above(column, threshold), first, last - 1);
    if (first < last)
      threshold = std::clamp(threshold, columns_.high(column, cut),
                             std::nextafter(columns_.low(column, cut + 1), low));
    sums_.template halves<Code>(column, rows, cut, groups_);
    if (groups_.constant()) return false;
    const double before = open.split.gain;
    best_cut(columns_, column, rules_.split, open.sums, groups_, monotone(column), open.split);
    if (open.split.gain > before && std::isfinite(open.split.threshold)) {
      open.split.last_left = cut;
      open.split.threshold = threshold;
    }
    return true;
  }

  // The cut of a random order at a random place.
  void random_subset(Open& open, int column) {
    Groups halves;
    halves.clear(stride_);
    halves.missing = groups_.missing;
    std::vector<std::size_t> order(groups_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    random_->shuffle(order);
    const std::size_t left =
        order.size() < 2 ? 1 : 1 + random_->below(static_cast<std::uint32_t>(order.size() - 1));
    halves.codes.assign(order.size() < 2 ? 1 : 2, 0);
    halves.sums.assign(halves.codes.size() * stride_, 0);
    std::vector<std::uint32_t> codes;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i < left) codes.push_back(groups_.codes[order[i]]);
      for (std::size_t k = 0; k < stride_; ++k)
        halves.sums[(i < left ? 0 : stride_) + k] += groups_.sums[order[i] * stride_ + k];
    }
    const double before = open.split.gain;
    best_cut(columns_, column, rules_.split, open.sums, halves, 0, open.split);
    if (open.split.gain > before) open.split.categories = std::move(codes);
  }

  void offer(Open open) {
    if (open.split.column < 0) {
      drop(open.kept);
      return;
    }
    open_.push_back(std::move(open));
    if (rules_.max_leaves > 0) std::push_heap(open_.begin(), open_.end(), less_gain);
  }
  // The least promising last; of equal ones the older is split first.
  static bool less_gain(const Open& a, const Open& b) {
    return a.split.gain < b.split.gain || (a.split.gain == b.split.gain && a.node > b.node);
  }
  Open take() {
    if (rules_.max_leaves > 0) std::pop_heap(open_.begin(), open_.end(), less_gain);
    Open open = std::move(open_.back());
    open_.pop_back();
    return open;
  }

  // Whether it was: rounding may leave the best of a node's cuts with nothing on one side.
  bool split(Open parent) {
    const auto at = static_cast<std::size_t>(parent.node);
    const std::uint32_t middle = partition(tree_[at], parent.split);
    if (middle == tree_[at].begin || middle == tree_[at].end) {
      drop(parent.kept);
      return false;
    }
    const auto left_node = static_cast<std::int32_t>(tree_.size());
    GrownNode& node = tree_[at];
    node.column = parent.split.column;
    node.threshold = parent.split.threshold;
    node.missing_left = parent.split.missing_left;
    node.gain = std::max(parent.split.gain, 0.0);
    node.left = left_node;
    node.right = left_node + 1;
    const std::uint32_t begin = node.begin, end = node.end;
    if (columns_.categories() > 0) node.categories = category_bits(parent.split, middle, end);
    tree_.resize(tree_.size() + 2);
    tree_[static_cast<std::size_t>(left_node)].begin = begin;
    tree_[static_cast<std::size_t>(left_node)].end = middle;
    tree_[static_cast<std::size_t>(left_node) + 1].begin = middle;
    tree_[static_cast<std::size_t>(left_node) + 1].end = end;
    grow_children(parent, left_node, middle - begin <= end - middle);
    return true;
  }

  void grow_children(Open& parent, std::int32_t left_node, bool left_is_smaller) {
    std::array<Open, 2> children;
    for (std::size_t side = 0; side < 2; ++side) {
      children[side].node = left_node + static_cast<std::int32_t>(side);
      children[side].depth = parent.depth + 1;
      children[side].sums.low = parent.sums.low;
      children[side].sums.high = parent.sums.high;
    }
    bound_children(parent, children);
    if (parent.kept)
      find_by_difference(parent, children[left_is_smaller ? 0 : 1],
                         children[left_is_smaller ? 1 : 0]);
    else  // in an order that no weight changes, since columns may be drawn
      for (Open& child : children) {
        gather(child);
        if (may_split(child)) find(child);
      }
    drop(parent.kept);
    for (Open& child : children) offer(std::move(child));
  }

  // The larger child has what the parent has and the smaller one has not.
  void find_by_difference(Open& parent, Open& smaller, Open& larger) {
    gather(larger);
    const bool keep = may_split(larger) && keeps_sums(rows_of(larger).size());
    if (may_split(larger) && !keep) find(larger);
    gather(smaller);
    if (keep) {
      smaller.kept = count_all(smaller);
      const std::vector<double>& less = *smaller.kept;
      std::vector<double>& whole = *parent.kept;
      for (std::size_t i = 0; i < whole.size(); ++i) whole[i] -= less[i];
      larger.kept = std::move(parent.kept);
    }
    if (may_split(smaller)) find(smaller);
    if (keep) find(larger);
    if (!keeps_sums(rows_of(smaller).size())) drop(smaller.kept);
  }

  // Below a constrained split, the left side may not pass the middle of both sides' values, nor may
  // the right (as XGBoost does it; Chen & Guestrin 2016).
  void bound_children(const Open& parent, std::array<Open, 2>& children) {
    const int sign = monotone(parent.split.column);
    if (sign == 0) return;
    std::array<double, 2> values{};
    for (std::size_t side = 0; side < 2; ++side) {
      gather(children[side]);
      values[side] = tree_[static_cast<std::size_t>(children[side].node)].value;
    }
    const double middle = (values[0] + values[1]) / 2;
    Open& lower = children[sign > 0 ? 0 : 1];
    Open& upper = children[sign > 0 ? 1 : 0];
    lower.sums.high = std::min(lower.sums.high, middle);
    upper.sums.low = std::max(upper.sums.low, middle);
  }

  // Brings the rows that go left before those that go right, each in their order.
  std::uint32_t partition(const GrownNode& node, const Split& split) {
    const Code* codes = columns_.codes<Code>(split.column);
    const std::uint32_t missing = columns_.bins(split.column);
    std::uint32_t* const rows = rows_->data();
    if (columns_.categories() > 0) {
      std::fill(goes_left_.begin(), goes_left_.end(), std::uint8_t{0});
      for (const std::uint32_t code : split.categories) goes_left_[code] = 1;
      goes_left_[missing] = split.missing_left;
      return arrange(node, rows, [&](std::uint32_t row) { return goes_left_[codes[row]] != 0; });
    }
    const std::uint32_t also = split.missing_left ? missing : split.last_left;
    return arrange(node, rows, [&](std::uint32_t row) {
      const std::uint32_t code = codes[row];
      return code <= split.last_left || code == also;
    });
  }
  template <class GoesLeft>
  std::uint32_t arrange(const GrownNode& node, std::uint32_t* rows, GoesLeft goes_left) {
    std::uint32_t left = node.begin, right = 0;
    for (std::uint32_t i = node.begin; i < node.end; ++i) {
      const std::uint32_t row = rows[i];
      const bool goes = goes_left(row);
      rows[left] = row;
      scratch_[right] = row;
      left += goes ? 1 : 0;
      right += goes ? 0 : 1;
    }
    std::copy_n(scratch_.begin(), right, rows + left);
    return left;
  }

  // Categories that the node has not seen go where what is missing goes.
  std::vector<std::uint32_t> category_bits(const Split& split, std::uint32_t right_begin,
                                           std::uint32_t right_end) const {
    const auto words = static_cast<std::size_t>((columns_.categories() + 31) / 32);
    std::vector<std::uint32_t> bits(words, split.missing_left ? ~0u : 0u);
    if (split.missing_left)
      for (const std::uint32_t code : codes_of(split.column, right_begin, right_end))
        flip(bits, split.column, code);
    else
      for (const std::uint32_t code : split.categories) flip(bits, split.column, code);
    return bits;
  }
  void flip(std::vector<std::uint32_t>& bits, int column, std::uint32_t code) const {
    const auto category = static_cast<std::uint32_t>(columns_.low(column, code));
    bits[category / 32] ^= 1u << (category % 32);
  }
  // What is known of some rows, each code once.
  std::vector<std::uint32_t> codes_of(int column, std::uint32_t begin, std::uint32_t end) const {
    const Code* codes = columns_.codes<Code>(column);
    std::vector<std::uint32_t> seen;
    for (std::uint32_t i = begin; i < end; ++i) {
      const std::uint32_t code = codes[(*rows_)[i]];
      if (code != columns_.bins(column)) seen.push_back(code);
    }
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    return seen;
  }

  const TreeColumns& columns_;
  GrowthRules rules_;
  ThreadPool* pool_;
  NodeCounter sums_;
  const TreeTargets* targets_ = nullptr;
  std::vector<std::uint32_t>* rows_ = nullptr;
  Random* random_ = nullptr;
  std::size_t stride_ = 2, per_node_ = 0;
  std::vector<int> allowed_;
  std::vector<int> drawn_;  // the same, in the order they were tried last
  std::vector<std::uint32_t> scratch_;
  std::vector<std::uint8_t> goes_left_;  // by code
  Groups groups_;
  GrownTree tree_;
  std::vector<Open> open_;
  std::vector<Kept> spare_;
};

TreeGrower::TreeGrower(const TreeColumns& columns, const GrowthRules& rules, ThreadPool* pool) {
  if (columns.bytes())
    work_ = std::make_unique<TypedWork<std::uint8_t>>(columns, rules, pool);
  else
    work_ = std::make_unique<TypedWork<std::uint32_t>>(columns, rules, pool);
}

TreeGrower::~TreeGrower() = default;

GrownTree TreeGrower::grow(const TreeTargets& targets, std::vector<std::uint32_t>& rows,
                           Random& random, std::span<const int> allowed) {
  return work_->grow(targets, rows, random, allowed);
}

}  // namespace sandlot
