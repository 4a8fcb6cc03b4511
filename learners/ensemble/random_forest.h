// Forests: `random_forest` (Breiman 2001, "Random forests") and `extra_trees` (Geurts, Ernst &
// Wehenkel 2006, "Extremely randomized trees").
//
// Each tree draws its own streams from the seed and its number, so that forests do not depend on
// threads. Where weights are whole numbers, a bootstrap sample is that of the rows repeated as
// often, each beside its copies; otherwise rows are drawn in proportion to their weights.
#pragma once

#include <functional>
#include <limits>
#include <vector>

#include "learners/classical/tree_learners.h"

namespace sandlot {

struct ForestSettings : TreeSettings {
  int trees = 100;
  double max_features = 0;  // share of the columns; 0: by the kind of problem
  bool bootstrap = true;
  bool out_of_bag = false;
  int threads = 1;

  void fields(Fields& f);
  void check(const Space& input, Issues& issues) const;
  int columns_per_node(std::size_t columns, bool classification) const;
};

struct ClassificationForestSettings : ForestSettings {
  ClassCriterion criterion = ClassCriterion::gini;
  void fields(Fields& f);
};

// The rows of one bootstrap sample, by how often each was drawn (0: left out).
std::vector<float> bootstrap_counts(std::span<const float> weights, Random& random);

// What both kinds of forests are.
class ForestGrower {
 public:
  struct Problem {
    const TreeTargets* targets;  // with the weights of the examples
    // The values of a tree's leaves, given rows and the weights that it was grown with.
    std::function<std::vector<float>(const GrownTree&, std::span<const std::uint32_t>,
                                     std::span<const float>)>
        leaf_values;
    SplitScore score = SplitScore::squares;
    double scale = 1;
    bool classification = false;
  };

  ForestGrower(const ForestSettings& settings, bool extra, const Space& input, int outputs,
               Seed seed)
      : settings_(settings),
        extra_(extra),
        input_(input),
        seed_(seed),
        forest_(input, outputs, outputs) {}

  // Afterwards out_of_bag() has the mean of the trees that have not seen a row, [rows, outputs],
  // and NaN where all have; empty where it was not asked for.
  void fit(const MatrixView& x, std::span<const float> weights, const Problem& problem);
  const Matrix& out_of_bag() const { return out_of_bag_; }
  void predict(const MatrixView& x, Matrix& y) const;
  void predict_row(std::span<const float> x, std::span<float> out) const;
  const std::vector<double>& importances() const { return importances_; }
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  struct OneTree;
  OneTree grow(TreeGrower& grower, int tree, std::span<const float> weights,
               const Problem& problem) const;

  ForestSettings settings_;
  bool extra_;
  Space input_;
  Seed seed_;
  FlatForest forest_;
  Matrix out_of_bag_;
  std::vector<double> importances_;
};

template <bool extra>
class ForestRegressor final : public Regressor {
 public:
  struct Settings : ForestSettings {
    Settings() { bootstrap = !extra; }
  };
  static constexpr LearnerFacts kFacts{.importances = true, .missing = true};

  ForestRegressor(const Settings& settings, const Space& input, int outputs, Seed seed)
      : Regressor(input, outputs), grower_(settings, extra, input, outputs, seed) {}

  std::vector<double> importances() const override { return grower_.importances(); }
  // R² over rows and outputs, of rows by the trees that have not seen them, after a fit with
  // `out_of_bag`; NaN otherwise.
  double out_of_bag_score() const { return score_; }

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override;
  void do_predict_row(std::span<const float> x, std::span<float> out) const override {
    grower_.predict_row(x, out);
  }
  bool takes_missing() const override { return true; }
  void do_save(Writer& out) const override { grower_.save(out); }
  void do_load(Reader& in) override { grower_.load(in); }

 private:
  ForestGrower grower_;
  double score_ = std::numeric_limits<double>::quiet_NaN();
};

template <bool extra>
class ForestClassifier final : public Classifier {
 public:
  struct Settings : ClassificationForestSettings {
    Settings() { bootstrap = !extra; }
  };
  static constexpr LearnerFacts kFacts{.probabilities = true, .importances = true, .missing = true};

  ForestClassifier(const Settings& settings, const Space& input, int classes, Seed seed)
      : Classifier(input, classes),
        criterion_(settings.criterion),
        grower_(settings, extra, input, classes, seed) {}

  std::vector<double> importances() const override { return grower_.importances(); }
  // Accuracy; see ForestRegressor.
  double out_of_bag_score() const { return score_; }

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  void do_probabilities_row(std::span<const float> x, std::span<float> out) const override {
    grower_.predict_row(x, out);
  }
  bool takes_missing() const override { return true; }
  void do_save(Writer& out) const override { grower_.save(out); }
  void do_load(Reader& in) override { grower_.load(in); }

 private:
  ClassCriterion criterion_;
  ForestGrower grower_;
  double score_ = std::numeric_limits<double>::quiet_NaN();
};

using RandomForestRegressor = ForestRegressor<false>;
using RandomForestClassifier = ForestClassifier<false>;
using ExtraTreesRegressor = ForestRegressor<true>;
using ExtraTreesClassifier = ForestClassifier<true>;

}  // namespace sandlot
