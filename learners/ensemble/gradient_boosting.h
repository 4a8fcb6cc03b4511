// Gradient boosting: `gradient_boosting` (Friedman 2001, "Greedy function approximation: a gradient
// boosting machine"), by Newton steps on histograms, leaf by leaf (Chen & Guestrin 2016; Ke et al.
// 2017).
//
// There is one tree per round and output: of numbers one for each, of two classes one for the log
// odds, of more classes one for each. Weights scale both derivatives, so that a row of weight 2 is
// the row twice; rows are sampled one by one, which holds for repeated rows only in the mean.
#pragma once

#include <functional>
#include <vector>

#include "learners/classical/tree_learners.h"
#include "learners/ensemble/boosting_loss.h"

namespace sandlot {

struct BoostingSettings {
  int rounds = 100;
  double learning_rate = 0.1;
  int max_leaves = 31, max_depth = 0;
  double min_child_weight = 1, min_split_gain = 0, l2 = 1;
  double row_share = 1, column_share = 1;
  std::vector<std::int64_t> monotone;
  double validation = 0;
  int patience = 10;
  int threads = 1;

  void fields(Fields& f);
  void check(const Space& input, Issues& issues) const;
};

enum class BoostingLoss : std::uint8_t { squared, huber };

struct BoostingRegressionSettings : BoostingSettings {
  BoostingLoss loss = BoostingLoss::squared;
  double huber_share = 0.9;
  void fields(Fields& f);
};

// The rounds, whatever the loss.
class Booster {
 public:
  struct Problem {
    Matrix* scores;  // [rows, outputs], where they begin; they grow with the trees
    std::function<void()> begin_round;
    std::function<void(int output, Derivatives&)> derivatives;
    // The mean loss of the held-out rows; `held` flags them.
    std::function<double(const std::vector<float>& held)> loss;
  };

  Booster(const BoostingSettings& settings, const Space& input, int outputs, Seed seed);

  void fit(const MatrixView& x, std::span<const float> weights, const std::vector<float>& base,
           const Problem& problem);
  void scores(const MatrixView& x, Matrix& out) const;
  void scores_row(const float* x, float* out) const;
  int rounds() const { return forest_.trees() / forest_.outputs(); }
  const std::vector<double>& importances() const { return importances_; }
  // The weights of held-out rows, 0 for those that are learnt from; empty without early stopping.
  std::vector<float> held_out(std::span<const float> weights) const;

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  struct Round;
  void add_tree(Round& round, const MatrixView& x, Matrix& scores, int output);

  BoostingSettings settings_;
  Space input_;
  Seed seed_;
  std::vector<float> base_;  // [outputs]
  FlatForest forest_;
  std::vector<double> importances_;
};

class BoostingRegressor final : public Regressor {
 public:
  using Settings = BoostingRegressionSettings;
  static constexpr LearnerFacts kFacts{.importances = true, .missing = true};

  BoostingRegressor(const Settings& settings, const Space& input, int outputs, Seed seed)
      : Regressor(input, outputs), settings_(settings), booster_(settings, input, outputs, seed) {}

  int rounds() const { return booster_.rounds(); }  // fewer than asked for where it stopped early
  std::vector<double> importances() const override { return booster_.importances(); }

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override;
  void do_predict_row(std::span<const float> x, std::span<float> out) const override {
    booster_.scores_row(x.data(), out.data());
  }
  bool takes_missing() const override { return true; }
  void do_save(Writer& out) const override { booster_.save(out); }
  void do_load(Reader& in) override { booster_.load(in); }

 private:
  Settings settings_;
  Booster booster_;
};

class BoostingClassifier final : public Classifier {
 public:
  struct Settings : BoostingSettings {};
  static constexpr LearnerFacts kFacts{.probabilities = true, .importances = true, .missing = true};

  BoostingClassifier(const Settings& settings, const Space& input, int classes, Seed seed)
      : Classifier(input, classes), booster_(settings, input, classes <= 2 ? 1 : classes, seed) {}

  int rounds() const { return booster_.rounds(); }
  std::vector<double> importances() const override { return booster_.importances(); }

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  void do_probabilities_row(std::span<const float> x, std::span<float> out) const override;
  bool takes_missing() const override { return true; }
  void do_save(Writer& out) const override { booster_.save(out); }
  void do_load(Reader& in) override { booster_.load(in); }

 private:
  Booster booster_;
};

}  // namespace sandlot
