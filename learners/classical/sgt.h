// Stochastic gradient trees: `stochastic_gradient_tree` (Gouk, Pfahringer & Frank 2019, "Stochastic
// gradient trees", arXiv 1901.07777), which learn one example at a time, and follow targets that
// move.
//
// A leaf sums, per column and bin, the first and second derivatives g and h of the loss in its
// prediction, and their products. Every `grace_period` examples it looks for the change that
// promises most: a split, or only another value, each with −Σg / (Σh + λ) added to its predictions
// (eq. 6). The change is made where a t-test says that its mean effect Σ(g δ + h δ² / 2) / n is
// below 0 (§3.2; with the normal distribution, since n is large). Bins are quantiles of the first
// `warm_up` examples.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "learners/classifier.h"
#include "learners/regressor.h"
#include "sim/core/random.h"

namespace sandlot {

struct SgtSettings {
  int bins = 32;
  int warm_up = 200;
  int grace_period = 100;
  double significance = 1e-4;
  double l2 = 0.1;
  int max_depth = 0;
  int max_leaves = 1000;
  int passes = 10;

  void fields(Fields& f);
  void check(const Space& input, Issues& issues) const;
};

// One tree for one output; the loss is whose derivatives it is given.
class SgtTree {
 public:
  SgtTree(const SgtSettings& settings, const Space& input);

  void clear();
  double value(const float* x) const { return nodes_[static_cast<std::size_t>(leaf_of(x))].value; }
  // g and h at this tree's value for x; `weight` times.
  void learn(const float* x, double weight, double g, double h);
  bool warming_up() const { return edges_.empty(); }
  // Ends the warm-up with the bins of these rows, [rows, columns].
  void set_bins(const std::vector<float>& rows);
  int leaves() const { return leaves_; }

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  struct Node {
    std::int32_t column = -1;  // −1: a leaf
    float threshold = 0;       // x ≤ threshold goes left, or x = threshold of a discrete input
    std::int32_t left = -1;    // the right child is the next
    std::int32_t depth = 0;
    double value = 0;
  };
  struct Sums {
    double n = 0, g = 0, h = 0, gg = 0, gh = 0, hh = 0;
    void add(const Sums& other, double sign = 1);
  };
  struct Leaf {
    std::vector<Sums> bins;  // [columns, bins]
    Sums all;
    double since_looked = 0;
  };
  struct Change {
    double loss = 0, square = 0;  // Σ of the effect on the loss, and of its squares
    int column = -1, bin = -1;    // −1: no split
    double left = 0, right = 0;   // what is added to predictions
  };

  std::int32_t leaf_of(const float* x) const;
  int bin_of(int column, float value) const;
  double step(const Sums& sums) const { return -sums.g / (sums.h + settings_.l2); }
  void add_side(const Sums& side, double step, Change& change) const;
  Change best_change(const Leaf& leaf, bool may_split) const;
  void look(std::int32_t node);
  void make(std::int32_t node, const Change& change);

  SgtSettings settings_;
  int columns_, categories_, bins_;
  std::vector<float> edges_;  // [columns, bins − 1]; {0} of a discrete input
  std::vector<Node> nodes_;
  std::vector<Leaf> sums_;  // by node; empty for those that are not leaves
  int leaves_ = 1;
};

// The trees of all outputs, and the examples of the warm-up.
class SgtForest {
 public:
  SgtForest(const SgtSettings& settings, const Space& input, int outputs);

  void clear();
  // `derivatives`: from the values of all outputs, g and h of each.
  template <class DerivativesOf>
  void learn(std::span<const float> x, double weight, DerivativesOf derivatives);
  void values(const float* x, std::span<float> out) const;
  int leaves() const;
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  SgtSettings settings_;
  std::size_t columns_;
  std::vector<SgtTree> trees_;
  std::vector<float> seen_;  // [rows, columns]
  std::vector<double> values_, g_, h_;
};

class SgtRegressor final : public Regressor {
 public:
  using Settings = SgtSettings;
  static constexpr LearnerFacts kFacts{.incremental = true};

  SgtRegressor(const Settings& settings, const Space& input, int outputs, Seed seed);
  int leaves() const { return forest_.leaves(); }

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, const MatrixView& y,
                      std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override;
  void do_predict_row(std::span<const float> x, std::span<float> out) const override;
  void do_save(Writer& out) const override { forest_.save(out); }
  void do_load(Reader& in) override { forest_.load(in); }

 private:
  void learn(const MatrixView& x, const MatrixView& y, float weight, Eigen::Index row);

  Settings settings_;
  Seed seed_;
  SgtForest forest_;
};

class SgtClassifier final : public Classifier {
 public:
  using Settings = SgtSettings;
  static constexpr LearnerFacts kFacts{.incremental = true, .probabilities = true};

  SgtClassifier(const Settings& settings, const Space& input, int classes, Seed seed);
  int leaves() const { return forest_.leaves(); }

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                      std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  void do_probabilities_row(std::span<const float> x, std::span<float> out) const override;
  void do_save(Writer& out) const override { forest_.save(out); }
  void do_load(Reader& in) override { forest_.load(in); }

 private:
  void learn(const MatrixView& x, std::int32_t label, float weight, Eigen::Index row);

  Settings settings_;
  Seed seed_;
  SgtForest forest_;
};

}  // namespace sandlot
