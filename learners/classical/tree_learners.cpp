#include "learners/classical/tree_learners.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sandlot {
namespace {

double sum_of(std::span<const float> weights) {
  double sum = 0;
  for (const float weight : weights) sum += static_cast<double>(weight);
  return sum;
}

std::vector<std::uint32_t> all_rows(std::size_t count) {
  std::vector<std::uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

struct Grown {
  GrownTree tree;
  std::vector<std::uint32_t> rows;
};

Grown grow_one(const TreeSettings& settings, const TreeColumns& columns, const GrowthRules& rules,
               const TreeTargets& targets, double weight, double scale, Seed seed) {
  Grown grown{{}, all_rows(columns.rows())};
  Random random(derive(seed, "tree"));
  grown.tree = TreeGrower(columns, rules).grow(targets, grown.rows, random);
  prune(grown.tree, settings.alpha * scale, weight);
  return grown;
}

std::vector<double> importances_of(const GrownTree& tree, int columns) {
  std::vector<double> importances(static_cast<std::size_t>(columns));
  add_importances(tree, importances);
  normalise_importances(importances);
  return importances;
}

// Calls work(values of the leaf, row) for the rows of each leaf, and scale(values) after them.
template <class Add, class Finish>
std::vector<float> leaf_values(const GrownTree& tree, std::span<const std::uint32_t> rows,
                               std::size_t width, Add add, Finish finish) {
  std::vector<float> values;
  std::vector<double> sums(width);
  for (const GrownNode& node : tree) {
    if (node.column >= 0) continue;
    std::fill(sums.begin(), sums.end(), 0.0);
    double weight = 0;
    for (const std::uint32_t row : rows.subspan(node.begin, node.end - node.begin))
      weight += add(sums, static_cast<std::size_t>(row));
    for (const double sum : sums) values.push_back(finish(sum / weight));
  }
  return values;
}

}  // namespace

void TreeSettings::limits(Fields& f) {
  f.integer("max_depth", max_depth, "splits from the root to a leaf; 0: no limit",
            Range::between(0, 100000));
  f.number("min_samples_split", min_samples_split,
           "weight of a node that may be split; 2: any of more than one row", Range::at_least(2));
  f.number("min_samples_leaf", min_samples_leaf, "weight of a leaf; 1: any row may be one",
           Range::at_least(1));
  f.integer("max_leaf_nodes", max_leaf_nodes, "leaves at most, the best splits first; 0: no limit",
            Range::between(0, 100000000));
  f.number("min_impurity_decrease", min_impurity_decrease,
           "what a split must take from the impurity, weighted by its share of the examples",
           Range::at_least(0));
}

void TreeSettings::splitting(Fields& f) {
  f.number("alpha", alpha,
           "cost of a leaf, in impurity: pruned are the branches that save less (Breiman et al. "
           "1984, §3.3)",
           Range::at_least(0));
  f.choice(
      "splitter", splitter,
      {{"auto", Splitter::automatic},
       {"exact", Splitter::exact},
       {"histogram", Splitter::histogram}},
      "exact: every threshold is tried; histogram: at most 254 per column, at quantiles; auto: "
      "histogram from 20000 rows on");
}

GrowthRules TreeSettings::rules(double weight, double scale) const {
  GrowthRules rules;
  rules.random_ties = true;
  rules.max_depth = max_depth;
  rules.max_leaves = max_leaf_nodes;
  rules.split_weight = min_samples_split > 2 ? min_samples_split : 0;
  rules.split.least_weight = min_samples_leaf > 1 ? min_samples_leaf : 0;
  // Where the best split gains nothing, as in exclusive or, what follows it may; rounding may make
  // it seem to lose.
  rules.least_gain = min_impurity_decrease > 0 ? min_impurity_decrease * scale * weight
                                               : -std::numeric_limits<double>::infinity();
  return rules;
}

void ClassificationTreeSettings::fields(Fields& f) {
  f.choice("criterion", criterion,
           {{"gini", ClassCriterion::gini}, {"entropy", ClassCriterion::entropy}},
           "the impurity that splits reduce");
  limits(f);
  splitting(f);
}

TreeTargets regression_targets(const MatrixView& y, std::span<const float> weights) {
  TreeTargets targets;
  const auto width = static_cast<std::size_t>(y.cols());
  targets.kind = width == 1 ? TreeTargets::Kind::scalar : TreeTargets::Kind::vector;
  targets.width = static_cast<int>(width);
  targets.weights.assign(weights.begin(), weights.end());
  targets.sums.resize(weights.size() * width);
  const double total = sum_of(weights);
  for (std::size_t k = 0; k < width; ++k) {
    const auto column = static_cast<Eigen::Index>(k);
    double mean = 0;
    for (std::size_t row = 0; row < weights.size(); ++row)
      mean += static_cast<double>(weights[row]) *
              static_cast<double>(y(static_cast<Eigen::Index>(row), column));
    mean /= total;
    for (std::size_t row = 0; row < weights.size(); ++row)
      targets.sums[row * width + k] =
          weights[row] *
          static_cast<float>(static_cast<double>(y(static_cast<Eigen::Index>(row), column)) - mean);
  }
  return targets;
}

TreeTargets class_targets(std::span<const std::int32_t> labels, int classes,
                          std::span<const float> weights) {
  TreeTargets targets;
  targets.weights.assign(weights.begin(), weights.end());
  if (classes <= 2) {  // the second class's weight is all there is to know
    targets.sums.resize(weights.size());
    for (std::size_t row = 0; row < weights.size(); ++row)
      targets.sums[row] = labels[row] == 1 ? weights[row] : 0;
    return targets;
  }
  targets.kind = TreeTargets::Kind::classes;
  targets.width = classes;
  targets.labels.assign(labels.begin(), labels.end());
  return targets;
}

SplitScore class_score(ClassCriterion criterion, int classes) {
  if (criterion == ClassCriterion::entropy)
    return classes <= 2 ? SplitScore::entropy_binary : SplitScore::entropy;
  return classes <= 2 ? SplitScore::gini_binary : SplitScore::squares;
}

std::vector<float> leaf_means(const GrownTree& tree, std::span<const std::uint32_t> rows,
                              const MatrixView& y, std::span<const float> weights) {
  const auto width = static_cast<std::size_t>(y.cols());
  return leaf_values(
      tree, rows, width,
      [&](std::vector<double>& sums, std::size_t row) {
        const auto weight = static_cast<double>(weights[row]);
        const float* target = y.row(static_cast<Eigen::Index>(row)).data();
        for (std::size_t k = 0; k < width; ++k) sums[k] += weight * static_cast<double>(target[k]);
        return weight;
      },
      [](double mean) { return static_cast<float>(mean); });
}

std::vector<float> leaf_shares(const GrownTree& tree, std::span<const std::uint32_t> rows,
                               std::span<const std::int32_t> labels, int classes,
                               std::span<const float> weights) {
  return leaf_values(
      tree, rows, static_cast<std::size_t>(classes),
      [&](std::vector<double>& sums, std::size_t row) {
        const auto weight = static_cast<double>(weights[row]);
        sums[static_cast<std::size_t>(labels[row])] += weight;
        return weight;
      },
      [](double share) { return static_cast<float>(share); });
}

void load_importances(Reader& in, std::size_t columns, std::vector<double>& importances) {
  in.read(importances);
  if (!importances.empty() && importances.size() != columns)
    in.fail("there are importances of another number of inputs");
  for (const double importance : importances)
    if (!(importance >= 0 && importance <= 1)) in.fail("an importance is not a share");
}

TreeRegressor::TreeRegressor(const Settings& settings, const Space& input, int outputs, Seed seed)
    : Regressor(input, outputs),
      settings_(settings),
      seed_(seed),
      forest_(input, outputs, outputs) {}

void TreeRegressor::do_fit(const MatrixView& x, const MatrixView& y,
                           std::span<const float> weights) {
  const TreeColumns columns(x, input(), weights, settings_.exact(weights.size()));
  const double weight = sum_of(weights), scale = outputs();
  const Grown grown = grow_one(settings_, columns, settings_.rules(weight, scale),
                               regression_targets(y, weights), weight, scale, seed_);
  forest_.clear();
  forest_.add(grown.tree, leaf_means(grown.tree, grown.rows, y, weights));
  importances_ = importances_of(grown.tree, columns.columns());
}

Matrix TreeRegressor::do_predict(const MatrixView& x) const {
  Matrix y = Matrix::Zero(x.rows(), outputs());
  forest_.add_rows(x, y.data());
  return y;
}

void TreeRegressor::do_predict_row(std::span<const float> x, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0f);
  forest_.add_row(x.data(), out.data());
}

void TreeRegressor::do_save(Writer& out) const {
  forest_.save(out);
  out.write(importances_);
}

void TreeRegressor::do_load(Reader& in) {
  forest_.load(in);
  load_importances(in, input().size(), importances_);
}

TreeClassifier::TreeClassifier(const Settings& settings, const Space& input, int classes, Seed seed)
    : Classifier(input, classes),
      settings_(settings),
      seed_(seed),
      forest_(input, classes, classes) {}

void TreeClassifier::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                            std::span<const float> weights) {
  const TreeColumns columns(x, input(), weights, settings_.exact(weights.size()));
  const double weight = sum_of(weights);
  GrowthRules rules = settings_.rules(weight, 1);
  rules.split.score = class_score(settings_.criterion, classes());
  const Grown grown = grow_one(settings_, columns, rules, class_targets(labels, classes(), weights),
                               weight, 1, seed_);
  forest_.clear();
  forest_.add(grown.tree, leaf_shares(grown.tree, grown.rows, labels, classes(), weights));
  importances_ = importances_of(grown.tree, columns.columns());
}

Matrix TreeClassifier::do_probabilities(const MatrixView& x) const {
  Matrix y = Matrix::Zero(x.rows(), classes());
  forest_.add_rows(x, y.data());
  return y;
}

void TreeClassifier::do_probabilities_row(std::span<const float> x, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0f);
  forest_.add_row(x.data(), out.data());
}

void TreeClassifier::do_save(Writer& out) const {
  forest_.save(out);
  out.write(importances_);
}

void TreeClassifier::do_load(Reader& in) {
  forest_.load(in);
  load_importances(in, input().size(), importances_);
}

}  // namespace sandlot
