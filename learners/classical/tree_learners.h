// Decision trees: `decision_tree` (Breiman, Friedman, Olshen & Stone 1984, "Classification and
// regression trees").
//
// Limits count weights: a row of weight 2 counts as two. What is missing goes, at each split, to
// the side where it does more good; what a node has never seen missing goes with the larger part. A
// discrete input is split into sets of its numbers.
#pragma once

#include <vector>

#include "learners/classical/tree_growth.h"
#include "learners/classifier.h"
#include "learners/regressor.h"

namespace sandlot {

enum class Splitter : std::uint8_t { automatic, exact, histogram };
// Rows from which on `auto` is `histogram`.
constexpr std::size_t kHistogramFrom = 20000;

// What trees and forests have in common.
struct TreeSettings {
  int max_depth = 0;
  double min_samples_split = 2, min_samples_leaf = 1;
  int max_leaf_nodes = 0;
  double min_impurity_decrease = 0;
  double alpha = 0;
  Splitter splitter = Splitter::automatic;

  void limits(Fields& f);
  void splitting(Fields& f);
  bool exact(std::size_t rows) const {
    return splitter == Splitter::exact ||
           (splitter == Splitter::automatic && rows < kHistogramFrom);
  }
  // `scale`: what a unit of the impurity is in the gains of the growth.
  GrowthRules rules(double weight, double scale) const;
};

struct RegressionTreeSettings : TreeSettings {
  void fields(Fields& f) {
    limits(f);
    splitting(f);
  }
  void check(const Space&, Issues&) const {}
};

enum class ClassCriterion : std::uint8_t { gini, entropy };

struct ClassificationTreeSettings : TreeSettings {
  ClassCriterion criterion = ClassCriterion::gini;
  void fields(Fields& f);
  void check(const Space&, Issues&) const {}
};

// What trees learn from: y [rows, outputs] less its mean, which makes its squares small.
TreeTargets regression_targets(const MatrixView& y, std::span<const float> weights);
TreeTargets class_targets(std::span<const std::int32_t> labels, int classes,
                          std::span<const float> weights);
SplitScore class_score(ClassCriterion criterion, int classes);

// The values of a grown tree's leaves, [leaves, outputs]: weighted means, and shares of classes.
// `weights` are those of the growth, and above 0 for the rows that took part.
std::vector<float> leaf_means(const GrownTree& tree, std::span<const std::uint32_t> rows,
                              const MatrixView& y, std::span<const float> weights);
std::vector<float> leaf_shares(const GrownTree& tree, std::span<const std::uint32_t> rows,
                               std::span<const std::int32_t> labels, int classes,
                               std::span<const float> weights);

void load_importances(Reader& in, std::size_t columns, std::vector<double>& importances);

class TreeRegressor final : public Regressor {
 public:
  using Settings = RegressionTreeSettings;
  static constexpr LearnerFacts kFacts{.importances = true, .missing = true};

  TreeRegressor(const Settings& settings, const Space& input, int outputs, Seed seed);

  std::vector<double> importances() const override { return importances_; }
  std::size_t leaves() const { return forest_.leaves(); }

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override;
  void do_predict_row(std::span<const float> x, std::span<float> out) const override;
  bool takes_missing() const override { return true; }
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  Settings settings_;
  Seed seed_;
  FlatForest forest_;
  std::vector<double> importances_;
};

class TreeClassifier final : public Classifier {
 public:
  using Settings = ClassificationTreeSettings;
  static constexpr LearnerFacts kFacts{.probabilities = true, .importances = true, .missing = true};

  TreeClassifier(const Settings& settings, const Space& input, int classes, Seed seed);

  std::vector<double> importances() const override { return importances_; }
  std::size_t leaves() const { return forest_.leaves(); }
  const FlatForest& forest() const { return forest_; }  // of one tree

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  void do_probabilities_row(std::span<const float> x, std::span<float> out) const override;
  bool takes_missing() const override { return true; }
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  Settings settings_;
  Seed seed_;
  FlatForest forest_;
  std::vector<double> importances_;
};

}  // namespace sandlot
