#include "learners/classical/tree_split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sandlot {
namespace {

double entropy_term(double weight) { return weight > 0 ? weight * std::log2(weight) : 0; }

template <SplitScore kind>
double score(std::span<const double> sums, double l2) {
  const double weight = sums[0];
  if constexpr (kind == SplitScore::gini_binary) {
    const double rest = weight - sums[1];
    return (sums[1] * sums[1] + rest * rest) / weight;
  } else if constexpr (kind == SplitScore::entropy_binary) {
    return entropy_term(sums[1]) + entropy_term(weight - sums[1]) - entropy_term(weight);
  } else {
    double total = kind == SplitScore::entropy ? -entropy_term(weight) : 0;
    for (const double s : sums.subspan(1))
      total += kind == SplitScore::entropy ? entropy_term(s) : s * s;
    return kind == SplitScore::entropy ? total : total / (weight + l2);
  }
}

template <class Work>
auto with_score(SplitScore kind, Work&& work) {
  switch (kind) {
    case SplitScore::gini_binary:
      return work.template operator()<SplitScore::gini_binary>();
    case SplitScore::entropy_binary:
      return work.template operator()<SplitScore::entropy_binary>();
    case SplitScore::entropy:
      return work.template operator()<SplitScore::entropy>();
    default:
      return work.template operator()<SplitScore::squares>();
  }
}

// Of one side whose value is held within bounds; the value itself too.
double bounded_score(std::span<const double> sums, const SplitRules& rules, const NodeSums& node,
                     double& value) {
  value = bounded_value(sums[0], sums[1], rules.l2, node.low, node.high);
  return value * (2 * sums[1] - (sums[0] + rules.l2) * value);
}

struct Cut {
  double gain = -std::numeric_limits<double>::infinity();
  std::size_t last = 0;
  bool missing_left = false;
  double left_weight = 0;
};

class Scan {
 public:
  Scan(const SplitRules& rules, const NodeSums& node, const Groups& groups, int monotone,
       bool bounded)
      : rules_(rules), node_(node), groups_(groups), monotone_(monotone), bounded_(bounded) {}

  Cut run() {
    const std::size_t stride = node_.sums.size();
    left_.resize(stride);
    right_.resize(stride);
    if (bounded_) {
      double value = 0;
      whole_ = bounded_score(node_.sums, rules_, node_, value);
    } else {
      whole_ = score_of(rules_, node_.sums);
    }
    const bool missing = groups_.missing[0] > 0;
    for (const bool missing_left : {false, true}) {
      if (missing_left && !missing) break;
      // With all that is known on the left, what is missing is alone on the right.
      const std::size_t end = groups_.size() - (missing && !missing_left ? 0 : 1);
      with_score(rules_.score, [&]<SplitScore kind>() {
        if (stride == 2 && !bounded_)
          scan_scalar<kind>(end, missing_left);
        else
          scan_wide<kind>(end, missing_left);
      });
    }
    return best_;
  }

 private:
  void take(double gain, std::size_t last, bool missing_left, double left_weight) {
    if (gain > best_.gain) best_ = {gain, last, missing_left, left_weight};
  }

  template <SplitScore kind>
  void scan_scalar(std::size_t end, bool missing_left) {
    const double weight = node_.sums[0], sum = node_.sums[1];
    double w = missing_left ? groups_.missing[0] : 0, s = missing_left ? groups_.missing[1] : 0;
    const double* group = groups_.sums.data();
    const double least = rules_.least_weight;
    for (std::size_t i = 0; i < end; ++i, group += 2) {
      w += group[0];
      s += group[1];
      const double rest = weight - w;
      if (w < least || rest < least || rest <= 0) continue;
      const double left[] = {w, s}, right[] = {rest, sum - s};
      take(score<kind>(left, rules_.l2) + score<kind>(right, rules_.l2) - whole_, i, missing_left,
           w);
    }
  }

  template <SplitScore kind>
  void scan_wide(std::size_t end, bool missing_left) {
    const std::size_t stride = left_.size();
    for (std::size_t k = 0; k < stride; ++k) left_[k] = missing_left ? groups_.missing[k] : 0;
    for (std::size_t i = 0; i < end; ++i) {
      for (std::size_t k = 0; k < stride; ++k) {
        left_[k] += groups_.sums[i * stride + k];
        right_[k] = node_.sums[k] - left_[k];
      }
      if (left_[0] < rules_.least_weight || right_[0] < rules_.least_weight || right_[0] <= 0)
        continue;
      double gain = -whole_;
      if (bounded_) {
        double a = 0, b = 0;
        gain += bounded_score(left_, rules_, node_, a) + bounded_score(right_, rules_, node_, b);
        if (monotone_ * (b - a) < 0) continue;
      } else {
        gain += score<kind>(left_, rules_.l2) + score<kind>(right_, rules_.l2);
      }
      take(gain, i, missing_left, left_[0]);
    }
  }

  const SplitRules& rules_;
  const NodeSums& node_;
  const Groups& groups_;
  int monotone_;
  bool bounded_;
  double whole_ = 0;
  std::vector<double> left_, right_;
  Cut best_;
};

// Where a node has seen nothing missing, it goes with the larger part.
bool missing_side(const Cut& cut, const Groups& groups, const NodeSums& node) {
  return groups.missing[0] > 0 ? cut.missing_left : cut.left_weight * 2 >= node.sums[0];
}

void reorder(Groups& groups, std::span<const std::size_t> order, std::size_t stride) {
  Groups sorted;
  sorted.missing = groups.missing;
  for (const std::size_t i : order) {
    sorted.codes.push_back(groups.codes[i]);
    const auto begin = groups.sums.begin() + static_cast<std::ptrdiff_t>(i * stride);
    sorted.sums.insert(sorted.sums.end(), begin, begin + static_cast<std::ptrdiff_t>(stride));
  }
  groups = std::move(sorted);
}

}  // namespace

double score_of(const SplitRules& rules, std::span<const double> sums) {
  return with_score(rules.score, [&]<SplitScore kind>() { return score<kind>(sums, rules.l2); });
}

double bounded_value(double weight, double sum, double l2, double low, double high) {
  return std::clamp(sum / (weight + l2), low, high);
}

void best_cut(const TreeColumns& columns, int column, const SplitRules& rules, const NodeSums& node,
              const Groups& groups, int monotone, Split& best) {
  if (groups.constant()) return;
  const bool bounded = monotone != 0 || std::isfinite(node.low) || std::isfinite(node.high);
  const Cut cut = Scan(rules, node, groups, monotone, bounded).run();
  if (!(cut.gain > best.gain)) return;
  best.gain = cut.gain;
  best.column = column;
  best.last_left = groups.codes[cut.last];
  best.missing_left = missing_side(cut, groups, node);
  best.threshold = cut.last + 1 < groups.size()
                       ? columns.threshold(column, best.last_left, groups.codes[cut.last + 1])
                       : std::numeric_limits<float>::infinity();
}

void best_subset(int column, const SplitRules& rules, const NodeSums& node, Groups& groups,
                 Split& best) {
  if (groups.constant()) return;
  const std::size_t stride = node.sums.size();
  std::vector<std::size_t> order(groups.size());
  for (std::size_t output = 1; output < stride; ++output) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto mean = [&](std::size_t i) {
      return groups.sums[i * stride + output] / (groups.sums[i * stride] + rules.l2);
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return mean(a) < mean(b); });
    reorder(groups, order, stride);
    const Cut cut = Scan(rules, node, groups, 0, false).run();
    if (!(cut.gain > best.gain)) continue;
    best.gain = cut.gain;
    best.column = column;
    best.missing_left = missing_side(cut, groups, node);
    best.categories.assign(groups.codes.begin(),
                           groups.codes.begin() + static_cast<std::ptrdiff_t>(cut.last) + 1);
  }
}

}  // namespace sandlot
