#include "learners/ensemble/gradient_boosting.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

namespace sandlot {

void BoostingSettings::fields(Fields& f) {
  f.integer("rounds", rounds, "trees per output, at most", Range::between(1, 1000000));
  f.number("learning_rate", learning_rate, "shrinkage: the share of each tree that is added",
           {0, 1, true});
  f.integer("max_leaves", max_leaves, "of a tree, the best splits first",
            Range::between(2, 1000000));
  f.integer("max_depth", max_depth, "splits from the root to a leaf; 0: no limit",
            Range::between(0, 100000));
  f.number("min_child_weight", min_child_weight,
           "least sum of second derivatives in a leaf, for the squared loss that of weights",
           Range::at_least(0));
  f.number("min_split_gain", min_split_gain, "what a split must take from the loss",
           Range::at_least(0));
  f.number("l2", l2, "penalty on the squares of leaves' values", Range::at_least(0));
  f.number("row_share", row_share,
           "of rows for each round, drawn without replacement (Friedman 2002)", {0, 1, true});
  f.number("column_share", column_share, "of columns for each tree", {0, 1, true});
  f.integers("monotone", monotone,
             "one per column: 1 where predictions may not fall as it grows, -1 where they may not "
             "rise, 0; of classes the score of the second, or of each",
             Range::between(-1, 1));
  f.number("validation", validation,
           "share of rows held out to stop early by, after which the best round is kept; 0: none",
           Range::between(0, 0.9));
  f.integer("patience", patience, "rounds without a better loss before it stops",
            Range::between(1, 1000000));
  f.integer("threads", threads, "columns counted at a time; the result is the same for any number",
            Range::between(1, 1024));
}

void BoostingSettings::check(const Space& input, Issues& issues) const {
  if (monotone.empty()) return;
  if (monotone.size() != input.size())
    issues.add("monotone", "expected " + std::to_string(input.size()) + " numbers, one per input");
  if (input.is_discrete()) issues.add("monotone", "the numbers of a discrete input have no order");
}

void BoostingRegressionSettings::fields(Fields& f) {
  f.choice("loss", loss, {{"squared", BoostingLoss::squared}, {"huber", BoostingLoss::huber}},
           "squared: of errors; huber: outliers count less");
  f.when(loss == BoostingLoss::huber, "loss: huber", [&] {
    f.number("huber_share", huber_share,
             "share of errors that are squared, the largest are not (Friedman 2001, eq. 8)",
             {0, 1, true});
  });
  BoostingSettings::fields(f);
}

// What a fit holds from round to round.
struct Booster::Round {
  const TreeColumns& columns;
  TreeGrower grower;
  std::vector<std::uint32_t> training;  // rows that are not held out
  std::vector<std::uint32_t> rows;      // those of this round
  std::vector<std::uint8_t> taken;      // flags of rows
  TreeTargets targets;
  Derivatives derivatives;
  std::vector<int> allowed;
  Random random;
};

Booster::Booster(const BoostingSettings& settings, const Space& input, int outputs, Seed seed)
    : settings_(settings),
      input_(input),
      seed_(seed),
      base_(static_cast<std::size_t>(outputs)),
      forest_(input, outputs, 1) {}

std::vector<float> Booster::held_out(std::span<const float> weights) const {
  std::vector<float> held;
  const auto count = static_cast<std::size_t>(
      std::round(settings_.validation * static_cast<double>(weights.size())));
  if (count == 0 || count >= weights.size()) return held;
  std::vector<std::uint32_t> order(weights.size());
  std::iota(order.begin(), order.end(), 0u);
  Random random(derive(seed_, "validation"));
  random.shuffle(order);
  held.assign(weights.size(), 0);
  for (std::size_t i = 0; i < count; ++i) held[order[i]] = weights[order[i]];
  return held;
}

namespace {

GrowthRules growth_rules(const BoostingSettings& settings) {
  GrowthRules rules;
  rules.split.l2 = settings.l2;
  rules.split.least_weight = settings.min_child_weight;
  rules.max_depth = settings.max_depth;
  rules.max_leaves = settings.max_leaves;
  // A split's gain is twice its decrease of the loss (Chen & Guestrin 2016, eq. 7).
  rules.least_gain = std::max(2 * settings.min_split_gain, 1e-12);
  rules.monotone = settings.monotone;
  return rules;
}

// Some of all, in their order, at least one; all of them where the share is 1.
template <class T>
void draw(const std::vector<T>& all, double share, Random& random, std::vector<T>& out) {
  out = all;
  if (share >= 1) return;
  const auto count = std::max<std::size_t>(
      1, static_cast<std::size_t>(std::round(share * static_cast<double>(all.size()))));
  std::size_t needed = count, kept = 0;
  for (std::size_t i = 0; i < all.size() && needed > 0; ++i) {  // Knuth's algorithm S
    if (random.below(static_cast<std::uint32_t>(all.size() - i)) >= needed) continue;
    out[kept++] = all[i];
    --needed;
  }
  out.resize(kept);
}

}  // namespace

void Booster::fit(const MatrixView& x, std::span<const float> weights,
                  const std::vector<float>& base, const Problem& problem) {
  ThreadPool pool(settings_.threads);
  ThreadPool* const threads = settings_.threads > 1 ? &pool : nullptr;
  const TreeColumns columns(x, input_, weights, false, threads);
  const std::size_t count = weights.size();
  Round round{
      columns, TreeGrower(columns, growth_rules(settings_), threads), {}, {}, {}, {}, {}, {},
      Random()};
  const std::vector<float> held = held_out(weights);
  for (std::uint32_t row = 0; row < count; ++row)
    if (held.empty() || held[row] == 0) round.training.push_back(row);
  round.taken.resize(count);
  round.derivatives.hessians.resize(count);
  round.derivatives.steps.resize(count);
  base_ = base;
  forest_.clear();
  importances_.assign(input_.size(), 0);
  std::vector<std::vector<double>> importances;  // up to each round
  double best = std::numeric_limits<double>::infinity();
  int best_round = 0;
  if (!held.empty()) best = problem.loss(held);
  for (int i = 0; i < settings_.rounds; ++i) {
    round.random = Random(derive(seed_, "round", static_cast<std::uint64_t>(i)));
    draw(round.training, settings_.row_share, round.random, round.rows);
    problem.begin_round();
    for (int output = 0; output < forest_.outputs(); ++output) {
      problem.derivatives(output, round.derivatives);
      add_tree(round, x, *problem.scores, output);
    }
    if (held.empty()) continue;
    importances.push_back(importances_);
    const double loss = problem.loss(held);
    if (loss < best) {
      best = loss;
      best_round = i + 1;
    }
    if (i + 1 - best_round >= settings_.patience) break;
  }
  if (!held.empty()) {
    forest_.truncate(best_round * forest_.outputs());
    if (best_round == 0)
      importances_.assign(input_.size(), 0);
    else
      importances_ = importances[static_cast<std::size_t>(best_round) - 1];
  }
  normalise_importances(importances_);
}

void Booster::add_tree(Round& round, const MatrixView& x, Matrix& scores, int output) {
  round.targets.weights.swap(round.derivatives.hessians);
  round.targets.sums.swap(round.derivatives.steps);
  std::vector<int> all(input_.size());
  std::iota(all.begin(), all.end(), 0);
  draw(all, settings_.column_share, round.random, round.allowed);
  std::vector<std::uint32_t> rows = round.rows;
  const GrownTree tree = round.grower.grow(round.targets, rows, round.random, round.allowed);
  round.targets.weights.swap(round.derivatives.hessians);
  round.targets.sums.swap(round.derivatives.steps);
  std::vector<float> values;
  const bool all_taken = rows.size() == static_cast<std::size_t>(x.rows());
  std::fill(round.taken.begin(), round.taken.end(), std::uint8_t{all_taken});
  for (const GrownNode& node : tree) {
    if (node.column >= 0) continue;
    const auto value = static_cast<float>(settings_.learning_rate * node.value);
    values.push_back(value);
    for (std::uint32_t i = node.begin; i < node.end; ++i) {
      scores(rows[i], output) += value;
      round.taken[rows[i]] = 1;
    }
  }
  add_importances(tree, importances_);
  forest_.add(tree, values);
  if (all_taken) return;
  // Rows that the tree has not seen find their leaves by their values.
  std::vector<float> out(static_cast<std::size_t>(forest_.outputs()));
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    if (round.taken[static_cast<std::size_t>(row)]) continue;
    out[static_cast<std::size_t>(output)] = 0;
    forest_.add_row(x.row(row).data(), out.data(), forest_.trees() - 1);
    scores(row, output) += out[static_cast<std::size_t>(output)];
  }
}

void Booster::scores(const MatrixView& x, Matrix& out) const {
  out.resize(x.rows(), forest_.outputs());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    std::copy(base_.begin(), base_.end(), out.row(row).data());
  forest_.add_rows(x, out.data(), settings_.threads);
}

void Booster::scores_row(const float* x, float* out) const {
  std::copy(base_.begin(), base_.end(), out);
  forest_.add_row(x, out);
}

void Booster::save(Writer& out) const {
  out.write(base_);
  forest_.save(out);
  out.write(importances_);
}

void Booster::load(Reader& in) {
  const std::size_t outputs = base_.size();
  in.read(base_);
  if (base_.size() != outputs) in.fail("a boosted model has another number of outputs");
  for (const float value : base_)
    if (!std::isfinite(value)) in.fail("a boosted model does not begin with a number");
  forest_.load(in);
  if (forest_.trees() % forest_.outputs() != 0) in.fail("a round of boosting lacks trees");
  load_importances(in, input_.size(), importances_);
}

void BoostingRegressor::do_fit(const MatrixView& x, const MatrixView& y,
                               std::span<const float> weights) {
  const auto rows = weights.size();
  const auto width = static_cast<std::size_t>(outputs());
  std::vector<float> base(width), errors(rows), column(rows);
  std::vector<std::vector<float>> targets(width, std::vector<float>(rows));
  const std::vector<float> held = booster_.held_out(weights);
  std::vector<float> known(weights.begin(), weights.end());  // weights of what is learnt from
  for (std::size_t i = 0; i < held.size(); ++i) known[i] -= held[i];
  const double total = std::accumulate(known.begin(), known.end(), 0.0);
  for (std::size_t k = 0; k < width; ++k) {
    double mean = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      targets[k][i] = y(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k));
      mean += static_cast<double>(known[i]) * static_cast<double>(targets[k][i]);
    }
    base[k] = settings_.loss == BoostingLoss::squared ? static_cast<float>(mean / total)
                                                      : weighted_quantile(targets[k], known, 0.5);
  }
  Matrix scores(x.rows(), outputs());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    std::copy(base.begin(), base.end(), scores.row(row).data());
  const auto scores_of = [&](std::size_t k) {
    for (std::size_t i = 0; i < rows; ++i)
      column[i] = scores(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k));
    return std::span<const float>(column);
  };
  std::vector<float> delta(width, std::numeric_limits<float>::infinity());
  Booster::Problem problem;
  problem.scores = &scores;
  problem.begin_round = [] {};
  problem.derivatives = [&](int output, Derivatives& out) {
    const auto k = static_cast<std::size_t>(output);
    const std::span<const float> now = scores_of(k);
    if (settings_.loss == BoostingLoss::squared)
      return squared_derivatives(targets[k], now, weights, out);
    for (std::size_t i = 0; i < rows; ++i) errors[i] = std::abs(targets[k][i] - now[i]);
    delta[k] = weighted_quantile(errors, known, settings_.huber_share);
    huber_derivatives(targets[k], now, weights, delta[k], out);
  };
  // Held-out errors are measured as the last round's derivatives were, or else rounds do not
  // compare.
  problem.loss = [&](const std::vector<float>& held_weights) {
    double loss = 0;
    for (std::size_t k = 0; k < width; ++k) {
      const std::span<const float> now = scores_of(k);
      if (settings_.loss == BoostingLoss::huber && std::isinf(delta[k])) {
        for (std::size_t i = 0; i < rows; ++i) errors[i] = std::abs(targets[k][i] - now[i]);
        delta[k] = weighted_quantile(errors, known, settings_.huber_share);
      }
      loss += settings_.loss == BoostingLoss::squared
                  ? squared_loss(targets[k], now, held_weights)
                  : huber_loss(targets[k], now, held_weights, delta[k]);
    }
    return loss;
  };
  booster_.fit(x, weights, base, problem);
}

Matrix BoostingRegressor::do_predict(const MatrixView& x) const {
  Matrix y;
  booster_.scores(x, y);
  return y;
}

void BoostingClassifier::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                                std::span<const float> weights) {
  const int scores_per_row = classes() <= 2 ? 1 : classes();
  const std::vector<float> held = booster_.held_out(weights);
  std::vector<double> shares(static_cast<std::size_t>(std::max(classes(), 2)), 0);
  double total = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double known =
        static_cast<double>(weights[i]) - (held.empty() ? 0.0 : static_cast<double>(held[i]));
    shares[static_cast<std::size_t>(labels[i])] += known;
    total += known;
  }
  // A class without examples begins as if there were a millionth of one.
  for (double& share : shares) share = std::clamp(share / total, 1e-6, 1 - 1e-6);
  std::vector<float> base;
  for (int k = 0; k < scores_per_row; ++k)
    base.push_back(static_cast<float>(scores_per_row == 1
                                          ? std::log(shares[1] / shares[0])
                                          : std::log(shares[static_cast<std::size_t>(k)])));
  Matrix scores(x.rows(), scores_per_row), probabilities;
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    std::copy(base.begin(), base.end(), scores.row(row).data());
  const auto renew = [&] {
    probabilities = scores;
    to_probabilities(probabilities);
  };
  Booster::Problem problem;
  problem.scores = &scores;
  problem.begin_round = renew;
  problem.derivatives = [&](int output, Derivatives& out) {
    class_derivatives(labels, probabilities, output, weights, out);
  };
  problem.loss = [&](const std::vector<float>& held_weights) {
    renew();
    return class_loss(labels, probabilities, held_weights);
  };
  booster_.fit(x, weights, base, problem);
}

Matrix BoostingClassifier::do_probabilities(const MatrixView& x) const {
  Matrix scores;
  booster_.scores(x, scores);
  to_probabilities(scores);
  if (scores.cols() == classes()) {
    if (classes() == 1) scores.setOnes();
    return scores;
  }
  Matrix both(x.rows(), 2);
  both.col(0) = 1 - scores.col(0).array();
  both.col(1) = scores.col(0);
  return both;
}

void BoostingClassifier::do_probabilities_row(std::span<const float> x,
                                              std::span<float> out) const {
  if (classes() == 1) {
    out[0] = 1;
    return;
  }
  if (classes() == 2) {
    booster_.scores_row(x.data(), &out[1]);
    out[1] = 1 / (1 + std::exp(-out[1]));
    out[0] = 1 - out[1];
    return;
  }
  booster_.scores_row(x.data(), out.data());
  const float most = *std::max_element(out.begin(), out.end());
  float sum = 0;
  for (float& value : out) sum += value = std::exp(value - most);
  for (float& value : out) value /= sum;
}

}  // namespace sandlot
