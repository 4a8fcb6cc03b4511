#include "learners/classical/sgt.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sandlot {
namespace {

constexpr int kMostCategories = 4096;

// The chance of a mean as far below 0, were it 0 in truth; two-sided, as the paper's test.
double p_value(double n, double sum, double squares) {
  const double mean = sum / n;
  const double variance = std::max(squares / n - mean * mean, 0.0);
  if (variance <= 0) return mean < 0 ? 0 : 1;
  return std::erfc(std::abs(mean) / std::sqrt(2 * variance / n));
}

std::vector<Eigen::Index> shuffled(Eigen::Index rows, Seed seed, int pass) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  Random random(derive(seed, "pass", static_cast<std::uint64_t>(pass)));
  random.shuffle(order);
  return order;
}

void softmax(std::span<const double> logits, std::span<double> out) {
  const double most = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (std::size_t k = 0; k < logits.size(); ++k) sum += out[k] = std::exp(logits[k] - most);
  for (double& p : out) p /= sum;
}

}  // namespace

void SgtSettings::fields(Fields& f) {
  f.integer("bins", bins, "per column, between which a leaf may split", Range::between(2, 1000));
  f.integer("warm_up", warm_up, "first examples, whose quantiles are the bins; no splits before",
            Range::between(2, 1000000));
  f.integer("grace_period", grace_period,
            "weight of examples after which a leaf looks for a change", Range::between(1, 1000000));
  f.number("significance", significance, "a change is made where its p-value is below that",
           Range::between(0, 1));
  f.number("l2", l2, "penalty on the squares of steps", Range::above(0));
  f.integer("max_depth", max_depth, "splits from the root to a leaf; 0: no limit",
            Range::between(0, 100000));
  f.integer("max_leaves", max_leaves, "of the tree of one output, after which only values change",
            Range::between(1, 1000000));
  f.integer("passes", passes, "over the examples in a fit(), each in another order",
            Range::between(1, 100000));
}

void SgtSettings::check(const Space& input, Issues& issues) const {
  if (input.is_discrete() && input.n > kMostCategories)
    issues.add("", "a leaf holds sums for each of the input's " + std::to_string(input.n) +
                       " numbers; expected at most " + std::to_string(kMostCategories));
}

void SgtTree::Sums::add(const Sums& other, double sign) {
  n += sign * other.n;
  g += sign * other.g;
  h += sign * other.h;
  gg += sign * other.gg;
  gh += sign * other.gh;
  hh += sign * other.hh;
}

SgtTree::SgtTree(const SgtSettings& settings, const Space& input)
    : settings_(settings),
      columns_(static_cast<int>(input.size())),
      categories_(input.is_discrete() ? input.n : 0),
      bins_(categories_ > 0 ? categories_ : settings.bins) {
  clear();
}

void SgtTree::clear() {
  edges_.clear();
  if (categories_ > 0) edges_.assign(1, 0);
  nodes_.assign(1, {});
  sums_.assign(1, {});
  leaves_ = 1;
}

void SgtTree::set_bins(const std::vector<float>& rows) {
  const auto width = static_cast<std::size_t>(columns_);
  const std::size_t count = rows.size() / width;
  std::vector<float> column(count);
  edges_.clear();
  for (std::size_t c = 0; c < width; ++c) {
    for (std::size_t i = 0; i < count; ++i) column[i] = rows[i * width + c];
    std::sort(column.begin(), column.end());
    for (int bin = 1; bin < bins_; ++bin)
      edges_.push_back(
          column[static_cast<std::size_t>(bin) * count / static_cast<std::size_t>(bins_)]);
  }
  // Their sums, which know no bins, become the first value.
  Change first;
  first.left = step(sums_[0].all);
  make(0, first);
}

std::int32_t SgtTree::leaf_of(const float* x) const {
  std::int32_t at = 0;
  while (nodes_[static_cast<std::size_t>(at)].column >= 0) {
    const Node& node = nodes_[static_cast<std::size_t>(at)];
    const float value = x[node.column];
    const bool left = categories_ > 0 ? value == node.threshold : value <= node.threshold;
    at = node.left + (left ? 0 : 1);
  }
  return at;
}

int SgtTree::bin_of(int column, float value) const {
  if (categories_ > 0) return static_cast<int>(value);
  const auto first = edges_.begin() + std::ptrdiff_t{column} * (bins_ - 1);
  return static_cast<int>(std::lower_bound(first, first + (bins_ - 1), value) - first);
}

void SgtTree::learn(const float* x, double weight, double g, double h) {
  const std::int32_t node = leaf_of(x);
  Leaf& leaf = sums_[static_cast<std::size_t>(node)];
  const Sums one{weight, weight * g, weight * h, weight * g * g, weight * g * h, weight * h * h};
  leaf.all.add(one);
  leaf.since_looked += weight;
  if (!warming_up()) {
    const auto bins = static_cast<std::size_t>(bins_);
    leaf.bins.resize(static_cast<std::size_t>(columns_) * bins);
    for (int column = 0; column < columns_; ++column)
      leaf.bins[static_cast<std::size_t>(column) * bins +
                static_cast<std::size_t>(bin_of(column, x[column]))]
          .add(one);
  }
  if (leaf.since_looked < settings_.grace_period) return;
  leaf.since_looked = 0;
  look(node);
}

// What changes the predictions of one side by `step` does to the loss.
void SgtTree::add_side(const Sums& side, double step, Change& change) const {
  change.loss += side.g * step + side.h * step * step / 2;
  change.square += side.gg * step * step + side.gh * step * step * step +
                   side.hh * step * step * step * step / 4;
}

SgtTree::Change SgtTree::best_change(const Leaf& leaf, bool may_split) const {
  Change best;
  best.left = step(leaf.all);
  add_side(leaf.all, best.left, best);
  if (!may_split || leaf.bins.empty()) return best;
  for (int column = 0; column < columns_; ++column) {
    const Sums* bins = leaf.bins.data() + std::ptrdiff_t{column} * bins_;
    Sums left;
    for (int bin = 0; bin + 1 < bins_ || (categories_ > 0 && bin < bins_); ++bin) {
      if (categories_ > 0) left = {};
      left.add(bins[bin]);
      Sums right = leaf.all;
      right.add(left, -1);
      if (left.n <= 0 || right.n < 1e-9 * leaf.all.n) continue;
      Change change{0, 0, column, bin, step(left), step(right)};
      add_side(left, change.left, change);
      add_side(right, change.right, change);
      if (change.loss < best.loss) best = change;
    }
  }
  return best;
}

void SgtTree::look(std::int32_t node) {
  const Leaf& leaf = sums_[static_cast<std::size_t>(node)];
  const bool may_split = leaves_ < settings_.max_leaves &&
                         (settings_.max_depth == 0 ||
                          nodes_[static_cast<std::size_t>(node)].depth < settings_.max_depth);
  const Change change = best_change(leaf, may_split);
  if (change.loss < 0 && p_value(leaf.all.n, change.loss, change.square) < settings_.significance)
    make(node, change);
}

void SgtTree::make(std::int32_t node, const Change& change) {
  const auto at = static_cast<std::size_t>(node);
  sums_[at] = {};
  if (change.column < 0) {
    nodes_[at].value += change.left;
    return;
  }
  const auto left = static_cast<std::int32_t>(nodes_.size());
  Node child;
  child.depth = nodes_[at].depth + 1;
  child.value = nodes_[at].value + change.left;
  nodes_.push_back(child);
  child.value = nodes_[at].value + change.right;
  nodes_.push_back(child);
  sums_.resize(nodes_.size());
  nodes_[at].column = change.column;
  nodes_[at].left = left;
  nodes_[at].threshold =
      categories_ > 0 ? static_cast<float>(change.bin)
                      : edges_[static_cast<std::size_t>(change.column * (bins_ - 1) + change.bin)];
  ++leaves_;
}

void SgtTree::save(Writer& out) const {
  out.tag("gradient tree");
  out.write(edges_);
  out.write(static_cast<std::uint64_t>(nodes_.size()));
  const auto write = [&out](const Sums& s) {
    for (const double value : {s.n, s.g, s.h, s.gg, s.gh, s.hh}) out.write(value);
  };
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    out.write(node.column);
    out.write(node.threshold);
    out.write(node.left);
    out.write(node.value);
    if (node.column >= 0) continue;
    write(sums_[i].all);
    out.write(sums_[i].since_looked);
    out.write(static_cast<std::uint64_t>(sums_[i].bins.size()));
    for (const Sums& s : sums_[i].bins) write(s);
  }
}

void SgtTree::load(Reader& in) {
  in.expect_tag("gradient tree");
  clear();
  in.read(edges_);
  const std::size_t full = categories_ > 0 ? 1 : static_cast<std::size_t>(columns_ * (bins_ - 1));
  if (edges_.size() != full && (categories_ > 0 || !edges_.empty()))
    in.fail("a tree's bins are of another number");
  for (const float edge : edges_)
    if (!std::isfinite(edge)) in.fail("a bin of a tree has no edge");
  const auto number = [&in] {
    const auto value = in.read<double>();
    if (!std::isfinite(value)) in.fail("a sum in a tree is not a number");
    return value;
  };
  const auto read = [&number] {
    Sums s;
    for (double* value : {&s.n, &s.g, &s.h, &s.gg, &s.gh, &s.hh}) *value = number();
    return s;
  };
  const std::size_t count = in.read_count(4 + 4 + 4 + 8);
  if (count == 0 || count > std::size_t{2} * static_cast<std::size_t>(settings_.max_leaves))
    in.fail("a tree has another number of nodes than its settings allow");
  nodes_.assign(count, {});
  sums_.assign(count, {});
  leaves_ = 0;
  std::size_t next = 1;  // children are made in order, two at a time
  std::vector<std::uint8_t> has_parent(count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    Node& node = nodes_[i];
    in.read(node.column);
    in.read(node.threshold);
    in.read(node.left);
    node.value = number();
    if (i > 0 && !has_parent[i]) in.fail("a node of a tree has no parent");
    if (node.column >= 0) {
      const std::int64_t left = node.left;
      if (node.column >= columns_ || std::isnan(node.threshold) ||
          left <= static_cast<std::int64_t>(i) || left + 1 >= static_cast<std::int64_t>(count) ||
          has_parent[static_cast<std::size_t>(left)] ||
          has_parent[static_cast<std::size_t>(left) + 1])
        in.fail("a node of a tree has children outside it");
      for (const std::int64_t child : {left, left + 1}) {
        has_parent[static_cast<std::size_t>(child)] = 1;
        nodes_[static_cast<std::size_t>(child)].depth = node.depth + 1;
      }
      next += 2;
      continue;
    }
    node.column = -1;
    ++leaves_;
    sums_[i].all = read();
    sums_[i].since_looked = number();
    sums_[i].bins.resize(in.read_count(6 * sizeof(double)));
    for (Sums& s : sums_[i].bins) s = read();
    if (!sums_[i].bins.empty() && sums_[i].bins.size() != static_cast<std::size_t>(columns_) *
                                                              static_cast<std::size_t>(bins_))
      in.fail("a leaf of a tree has sums of another number of bins");
  }
  if (next != count) in.fail("a tree has nodes that nothing leads to");
}

SgtForest::SgtForest(const SgtSettings& settings, const Space& input, int outputs)
    : settings_(settings),
      columns_(input.size()),
      trees_(static_cast<std::size_t>(outputs), SgtTree(settings, input)),
      values_(trees_.size()),
      g_(trees_.size()),
      h_(trees_.size()) {}

void SgtForest::clear() {
  for (SgtTree& tree : trees_) tree.clear();
  seen_.clear();
}

template <class DerivativesOf>
void SgtForest::learn(std::span<const float> x, double weight, DerivativesOf derivatives) {
  for (std::size_t k = 0; k < trees_.size(); ++k) values_[k] = trees_[k].value(x.data());
  derivatives(std::span<const double>(values_), std::span(g_), std::span(h_));
  for (std::size_t k = 0; k < trees_.size(); ++k) trees_[k].learn(x.data(), weight, g_[k], h_[k]);
  if (!trees_[0].warming_up()) return;
  seen_.insert(seen_.end(), x.begin(), x.end());
  if (seen_.size() < columns_ * static_cast<std::size_t>(settings_.warm_up)) return;
  for (SgtTree& tree : trees_) tree.set_bins(seen_);
  seen_ = {};
}

void SgtForest::values(const float* x, std::span<float> out) const {
  for (std::size_t k = 0; k < trees_.size(); ++k) out[k] = static_cast<float>(trees_[k].value(x));
}

int SgtForest::leaves() const {
  int sum = 0;
  for (const SgtTree& tree : trees_) sum += tree.leaves();
  return sum;
}

void SgtForest::save(Writer& out) const {
  for (const SgtTree& tree : trees_) tree.save(out);
  out.write(seen_);
}

void SgtForest::load(Reader& in) {
  for (SgtTree& tree : trees_) tree.load(in);
  in.read(seen_);
  const std::size_t most = columns_ * static_cast<std::size_t>(settings_.warm_up);
  if (seen_.size() % columns_ != 0 || seen_.size() >= most ||
      (!seen_.empty() && !trees_[0].warming_up()))
    in.fail("the examples of a warm-up are of another number");
  for (const float value : seen_)
    if (!std::isfinite(value)) in.fail("an example of a warm-up is not a number");
  for (const SgtTree& tree : trees_)
    if (tree.warming_up() != trees_[0].warming_up()) in.fail("some trees have bins, others not");
}

SgtRegressor::SgtRegressor(const Settings& settings, const Space& input, int outputs, Seed seed)
    : Regressor(input, outputs),
      settings_(settings),
      seed_(seed),
      forest_(settings, input, outputs) {}

// ½ (F − y)²: g = F − y, h = 1.
void SgtRegressor::learn(const MatrixView& x, const MatrixView& y, float weight, Eigen::Index row) {
  forest_.learn(std::span(x.row(row).data(), input().size()), static_cast<double>(weight),
                [&](std::span<const double> values, std::span<double> g, std::span<double> h) {
                  for (std::size_t k = 0; k < values.size(); ++k) {
                    g[k] = values[k] - static_cast<double>(y(row, static_cast<Eigen::Index>(k)));
                    h[k] = 1;
                  }
                });
}

void SgtRegressor::do_fit(const MatrixView& x, const MatrixView& y,
                          std::span<const float> weights) {
  forest_.clear();
  for (int pass = 0; pass < settings_.passes; ++pass)
    for (const Eigen::Index row : shuffled(x.rows(), seed_, pass))
      learn(x, y, weights[static_cast<std::size_t>(row)], row);
}

void SgtRegressor::do_partial_fit(const MatrixView& x, const MatrixView& y,
                                  std::span<const float> weights) {
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    learn(x, y, weights[static_cast<std::size_t>(row)], row);
}

Matrix SgtRegressor::do_predict(const MatrixView& x) const {
  Matrix y(x.rows(), outputs());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    forest_.values(x.row(row).data(),
                   std::span(y.row(row).data(), static_cast<std::size_t>(outputs())));
  return y;
}

void SgtRegressor::do_predict_row(std::span<const float> x, std::span<float> out) const {
  forest_.values(x.data(), out);
}

SgtClassifier::SgtClassifier(const Settings& settings, const Space& input, int classes, Seed seed)
    : Classifier(input, classes),
      settings_(settings),
      seed_(seed),
      forest_(settings, input, classes) {}

// The logarithmic loss of a softmax: g = p − 1[label], h = p (1 − p).
void SgtClassifier::learn(const MatrixView& x, std::int32_t label, float weight, Eigen::Index row) {
  forest_.learn(std::span(x.row(row).data(), input().size()), static_cast<double>(weight),
                [&](std::span<const double> values, std::span<double> g, std::span<double> h) {
                  softmax(values, g);
                  for (std::size_t k = 0; k < values.size(); ++k) h[k] = g[k] * (1 - g[k]);
                  g[static_cast<std::size_t>(label)] -= 1;
                });
}

void SgtClassifier::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                           std::span<const float> weights) {
  forest_.clear();
  for (int pass = 0; pass < settings_.passes; ++pass)
    for (const Eigen::Index row : shuffled(x.rows(), seed_, pass))
      learn(x, labels[static_cast<std::size_t>(row)], weights[static_cast<std::size_t>(row)], row);
}

void SgtClassifier::do_partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                                   std::span<const float> weights) {
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    learn(x, labels[static_cast<std::size_t>(row)], weights[static_cast<std::size_t>(row)], row);
}

Matrix SgtClassifier::do_probabilities(const MatrixView& x) const {
  Matrix p(x.rows(), classes());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    do_probabilities_row(std::span(x.row(row).data(), input().size()),
                         std::span(p.row(row).data(), static_cast<std::size_t>(classes())));
  return p;
}

void SgtClassifier::do_probabilities_row(std::span<const float> x, std::span<float> out) const {
  forest_.values(x.data(), out);
  const float most = *std::max_element(out.begin(), out.end());
  float sum = 0;
  for (float& value : out) sum += value = std::exp(value - most);
  for (float& value : out) value /= sum;
}

}  // namespace sandlot
