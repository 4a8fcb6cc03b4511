// Linear models by stochastic gradient descent: `sgd_linear`, one example at a time.
//
// Columns, and a regressor's targets, are standardised by running means and deviations; when these
// move, the coefficients are restated, so that predictions stay what they were. A step is −η g / (1
// + η |z|²), which for squared errors is the implicit step (Toulis & Airoldi 2017, "Asymptotic and
// finite-sample properties of estimators based on stochastic gradients", eq. 4) and cannot diverge;
// η = learning_rate / t^power at example t (Robbins & Monro 1951).
#pragma once

#include <vector>

#include "learners/classical/linear_model.h"
#include "learners/classifier.h"
#include "learners/regressor.h"

namespace sandlot {

struct SgdSettings {
  double learning_rate = 0.05;
  double power = 0.25;
  double l2 = 1e-4;
  int epochs = 20;

  void fields(Fields& f);
};

// Running means and deviations of columns, counted by weight (Welford 1962; West 1979).
class RunningMoments {
 public:
  explicit RunningMoments(std::size_t columns)
      : mean_(columns, 0.0), squares_(columns, 0.0), deviation_(columns, 1.0) {}
  void clear();
  bool empty() const { return total_ == 0; }
  void add(const float* x, double weight);
  void update_deviations();  // after add(); 1 for columns that are constant so far
  double mean(std::size_t i) const { return mean_[i]; }
  double deviation(std::size_t i) const { return deviation_[i]; }
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  double total_ = 0;
  std::vector<double> mean_, squares_, deviation_;
};

// What both learners share: standardised rows, and coefficients of them.
class SgdModel {
 public:
  SgdModel(const SgdSettings& settings, const Space& input, int outputs);
  void clear();
  // Takes rows into the statistics, and restates the coefficients.
  void observe(const MatrixView& x, std::span<const float> weights);
  // Sets the values of all outputs at x; step() then moves them against `gradient`, times `weight`.
  void values(const float* x, std::span<double> out) const;
  void step(const float* x, std::span<const double> gradient, double weight);
  // value ← (value + shift) · scale of one output, for every x.
  void restate(int output, double shift, double scale);
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  SgdSettings settings_;
  bool discrete_;
  RunningMoments moments_;
  LinearModel model_;  // of standardised columns
  std::vector<double> z_;
  std::int64_t seen_ = 0;
};

enum class RegressionLoss : std::uint8_t { squared, huber, epsilon_insensitive };

class SgdRegressor final : public Regressor {
 public:
  struct Settings : SgdSettings {
    RegressionLoss loss = RegressionLoss::squared;
    double epsilon = 0.1;
    void fields(Fields& f);
    void check(const Space&, Issues&) const {}
  };
  static constexpr LearnerFacts kFacts{.incremental = true};

  SgdRegressor(const Settings& settings, const Space& input, int outputs, Seed seed);

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, const MatrixView& y,
                      std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override;
  void do_predict_row(std::span<const float> x, std::span<float> out) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  void observe(const MatrixView& x, const MatrixView& y, std::span<const float> weights);
  void learn(const float* x, const float* y, double weight);

  Settings settings_;
  Seed seed_;
  SgdModel model_;  // of standardised targets
  RunningMoments targets_;
  std::vector<double> values_;
};

enum class ClassificationLoss : std::uint8_t { log, hinge };

// log: a softmax over the classes. hinge: a machine per class against all others, without
// probabilities.
class SgdClassifier final : public Classifier {
 public:
  struct Settings : SgdSettings {
    ClassificationLoss loss = ClassificationLoss::log;
    void fields(Fields& f);
    void check(const Space&, Issues&) const {}
    LearnerFacts facts() const {
      return {.incremental = true, .probabilities = loss == ClassificationLoss::log};
    }
  };

  SgdClassifier(const Settings& settings, const Space& input, int classes, Seed seed);

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                      std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  void do_probabilities_row(std::span<const float> x, std::span<float> out) const override;
  std::vector<std::int32_t> do_predict(const MatrixView& x) const override;
  void do_save(Writer& out) const override { model_.save(out); }
  void do_load(Reader& in) override { model_.load(in); }

 private:
  void learn(const float* x, std::int32_t label, double weight);

  Settings settings_;
  Seed seed_;
  SgdModel model_;
  std::vector<double> values_;
};

}  // namespace sandlot
