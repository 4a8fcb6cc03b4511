#include "learners/ensemble/random_forest.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>

#include "learners/checks.h"

namespace sandlot {
namespace {

// More rows than that are not drawn, however much they weigh.
constexpr double kMostDraws = 1 << 24;

double r_squared(const Matrix& guess, const MatrixView& y, std::span<const float> weights) {
  double error = 0, spread = 0;
  for (Eigen::Index k = 0; k < y.cols(); ++k) {
    double mean = 0, total = 0;
    for (Eigen::Index row = 0; row < y.rows(); ++row) {
      if (std::isnan(guess(row, k))) continue;
      const auto weight = static_cast<double>(weights[static_cast<std::size_t>(row)]);
      total += weight;
      mean += weight * static_cast<double>(y(row, k));
    }
    mean /= total;
    for (Eigen::Index row = 0; row < y.rows(); ++row) {
      if (std::isnan(guess(row, k))) continue;
      const auto weight = static_cast<double>(weights[static_cast<std::size_t>(row)]);
      const auto is = static_cast<double>(y(row, k));
      error += weight * std::pow(is - static_cast<double>(guess(row, k)), 2);
      spread += weight * std::pow(is - mean, 2);
    }
  }
  return 1 - error / spread;
}

double accuracy(const Matrix& guess, std::span<const std::int32_t> labels,
                std::span<const float> weights) {
  double right = 0, total = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    if (std::isnan(guess(row, 0))) continue;
    Eigen::Index best = 0;
    guess.row(row).maxCoeff(&best);
    total += static_cast<double>(weights[i]);
    if (best == labels[i]) right += static_cast<double>(weights[i]);
  }
  return right / total;
}

}  // namespace

void ForestSettings::fields(Fields& f) {
  f.integer("trees", trees, "how many", Range::between(1, 1000000));
  f.number(
      "max_features", max_features,
      "share of the columns that a node tries; 0: the square root of their number for classes, "
      "all of them for numbers",
      Range::between(0, 1));
  limits(f);
  splitting(f);
  f.boolean(
      "bootstrap", bootstrap,
      "each tree learns from as many rows as there are, drawn with replacement; whole weights "
      "are repeated rows, others are chances");
  f.boolean("out_of_bag", out_of_bag, "score each row by the trees that have not seen it");
  f.integer("threads", threads, "trees grown at a time; the forest is the same for any number",
            Range::between(1, 1024));
}

void ForestSettings::check(const Space&, Issues& issues) const {
  if (out_of_bag && !bootstrap)
    issues.add("out_of_bag", "needs bootstrap: without it every tree sees every row");
}

int ForestSettings::columns_per_node(std::size_t columns, bool classification) const {
  const auto all = static_cast<double>(columns);
  const double share = max_features > 0 ? max_features * all
                       : classification ? std::sqrt(all)
                                        : all;
  return std::max(1, static_cast<int>(share));
}

void ClassificationForestSettings::fields(Fields& f) {
  f.choice("criterion", criterion,
           {{"gini", ClassCriterion::gini}, {"entropy", ClassCriterion::entropy}},
           "the impurity that splits reduce");
  ForestSettings::fields(f);
}

std::vector<float> bootstrap_counts(std::span<const float> weights, Random& random) {
  std::vector<double> ends(weights.size());
  double total = 0;
  for (std::size_t i = 0; i < weights.size(); ++i)
    ends[i] = total += static_cast<double>(weights[i]);
  const auto rows = static_cast<double>(weights.size());
  const auto draws =
      static_cast<std::size_t>(std::clamp(std::round(total), rows, std::max(rows, kMostDraws)));
  std::vector<float> counts(weights.size());
  const bool plain = total == rows && std::all_of(weights.begin(), weights.end(),
                                                  [](float weight) { return weight == 1; });
  for (std::size_t i = 0; i < draws; ++i) {
    const double at = random.uniform() * total;
    const std::size_t row =
        plain ? static_cast<std::size_t>(at)
              : static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), at) -
                                         ends.begin());
    ++counts[std::min(row, counts.size() - 1)];
  }
  return counts;
}

struct ForestGrower::OneTree {
  FlatForest flat;
  std::vector<double> importances;
  std::vector<float> counts;  // of each row, where it was asked for
};

ForestGrower::OneTree ForestGrower::grow(TreeGrower& grower, int tree,
                                         std::span<const float> weights,
                                         const Problem& problem) const {
  Random random(derive(seed_, "tree", static_cast<std::uint64_t>(tree)));
  TreeTargets targets = *problem.targets;
  std::vector<std::uint32_t> rows;
  if (settings_.bootstrap) {
    Random draws(derive(seed_, "bootstrap", static_cast<std::uint64_t>(tree)));
    const std::vector<float> counts = bootstrap_counts(weights, draws);
    const auto width = static_cast<std::size_t>(targets.width);
    for (std::size_t row = 0; row < counts.size(); ++row) {
      if (counts[row] > 0) rows.push_back(static_cast<std::uint32_t>(row));
      if (!targets.sums.empty())
        for (std::size_t k = row * width; k < (row + 1) * width; ++k)
          targets.sums[k] *= counts[row] / targets.weights[row];
      targets.weights[row] = counts[row];
    }
  } else {
    rows.resize(weights.size());
    std::iota(rows.begin(), rows.end(), 0u);
  }
  GrownTree grown = grower.grow(targets, rows, random);
  double weight = 0;
  for (const std::uint32_t row : rows) weight += static_cast<double>(targets.weights[row]);
  prune(grown, settings_.alpha * problem.scale, weight);
  OneTree one{FlatForest(input_, forest_.outputs(), forest_.outputs()),
              std::vector<double>(input_.size()),
              {}};
  one.flat.add(grown, problem.leaf_values(grown, rows, targets.weights));
  add_importances(grown, one.importances);
  normalise_importances(one.importances);
  if (settings_.out_of_bag) one.counts = std::move(targets.weights);
  return one;
}

void ForestGrower::fit(const MatrixView& x, std::span<const float> weights,
                       const Problem& problem) {
  ThreadPool pool(settings_.threads);
  const TreeColumns columns(x, input_, weights, settings_.exact(weights.size()), &pool);
  double weight = 0;
  for (const float w : weights) weight += static_cast<double>(w);
  GrowthRules rules = settings_.rules(weight, problem.scale);
  rules.split.score = problem.score;
  rules.random_cuts = extra_;
  rules.columns_per_node = settings_.columns_per_node(input_.size(), problem.classification);
  std::vector<std::optional<OneTree>> trees(static_cast<std::size_t>(settings_.trees));
  pool.run(settings_.trees, [&](int begin, int end) {
    TreeGrower grower(columns, rules);
    for (int tree = begin; tree < end; ++tree)
      trees[static_cast<std::size_t>(tree)] = grow(grower, tree, weights, problem);
  });
  forest_.clear();
  importances_.assign(input_.size(), 0);
  out_of_bag_.resize(0, 0);
  std::vector<float> seen_by;
  if (settings_.out_of_bag) {
    out_of_bag_ = Matrix::Zero(x.rows(), forest_.outputs());
    seen_by.assign(weights.size(), 0);
  }
  for (auto& one : trees) {
    for (std::size_t i = 0; i < importances_.size(); ++i) importances_[i] += one->importances[i];
    forest_.append(one->flat);
    for (std::size_t row = 0; row < one->counts.size(); ++row) {
      if (one->counts[row] > 0) continue;
      const auto r = static_cast<Eigen::Index>(row);
      forest_.add_row(x.row(r).data(), out_of_bag_.row(r).data(), forest_.trees() - 1);
      ++seen_by[row];
    }
    one.reset();
  }
  for (std::size_t row = 0; row < seen_by.size(); ++row)  // 0 / 0 where there is none
    out_of_bag_.row(static_cast<Eigen::Index>(row)) /= seen_by[row];
  normalise_importances(importances_);
}

void ForestGrower::predict(const MatrixView& x, Matrix& y) const {
  y = Matrix::Zero(x.rows(), forest_.outputs());
  forest_.add_rows(x, y.data(), settings_.threads);
  const auto share = 1 / static_cast<float>(std::max(forest_.trees(), 1));
  y *= share;
}

void ForestGrower::predict_row(std::span<const float> x, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0f);
  forest_.add_row(x.data(), out.data());
  const auto share = 1 / static_cast<float>(std::max(forest_.trees(), 1));
  for (float& value : out) value *= share;
}

void ForestGrower::save(Writer& out) const {
  forest_.save(out);
  out.write(importances_);
}

void ForestGrower::load(Reader& in) {
  forest_.load(in);
  load_importances(in, input_.size(), importances_);
}

template <bool extra>
void ForestRegressor<extra>::do_fit(const MatrixView& x, const MatrixView& y,
                                    std::span<const float> weights) {
  const TreeTargets targets = regression_targets(y, weights);
  ForestGrower::Problem problem;
  problem.targets = &targets;
  problem.scale = outputs();
  problem.leaf_values = [&](const GrownTree& tree, std::span<const std::uint32_t> rows,
                            std::span<const float> counts) {
    return leaf_means(tree, rows, y, counts);
  };
  grower_.fit(x, weights, problem);
  score_ = grower_.out_of_bag().rows() > 0 ? r_squared(grower_.out_of_bag(), y, weights)
                                           : std::numeric_limits<double>::quiet_NaN();
}

template <bool extra>
Matrix ForestRegressor<extra>::do_predict(const MatrixView& x) const {
  Matrix y;
  grower_.predict(x, y);
  return y;
}

template <bool extra>
void ForestClassifier<extra>::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                                     std::span<const float> weights) {
  const TreeTargets targets = class_targets(labels, classes(), weights);
  ForestGrower::Problem problem;
  problem.targets = &targets;
  problem.score = class_score(criterion_, classes());
  problem.classification = true;
  problem.leaf_values = [&](const GrownTree& tree, std::span<const std::uint32_t> rows,
                            std::span<const float> counts) {
    return leaf_shares(tree, rows, labels, classes(), counts);
  };
  grower_.fit(x, weights, problem);
  score_ = grower_.out_of_bag().rows() > 0 ? accuracy(grower_.out_of_bag(), labels, weights)
                                           : std::numeric_limits<double>::quiet_NaN();
}

template <bool extra>
Matrix ForestClassifier<extra>::do_probabilities(const MatrixView& x) const {
  Matrix y;
  grower_.predict(x, y);
  return y;
}

template class ForestRegressor<false>;
template class ForestRegressor<true>;
template class ForestClassifier<false>;
template class ForestClassifier<true>;

}  // namespace sandlot
