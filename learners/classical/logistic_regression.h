// Logistic regression: `logistic_regression`, binary and multinomial (Cox 1958; Cox 1966).
//
// Minimised is ½ |W|² − C Σ weight log p(label | x) with p the softmax of b + W x; for two classes
// W is one row, as in scikit-learn. Truncated Newton steps: each solves for the direction by
// conjugate gradients (Lin, Weng & Keerthi 2008, "Trust region Newton method for large-scale
// logistic regression", with backtracking instead of a trust region), in standardised columns,
// which does not change the minimum. Classes that no example has get the probability 0.
#pragma once

#include <vector>

#include "learners/classical/linear_model.h"
#include "learners/classifier.h"

namespace sandlot {

class LogisticRegression final : public Classifier {
 public:
  struct Settings {
    double c = 1;
    double tolerance = 1e-8;
    int iterations = 200;
    void fields(Fields& f);
    void check(const Space& input, Issues& issues) const { check_categories(input, issues); }
  };
  static constexpr LearnerFacts kFacts{.probabilities = true};

  LogisticRegression(const Settings& settings, const Space& input, int classes, Seed seed);

  // The classes that examples had, in order, and their coefficients: one row for two classes, that
  // of the second.
  const std::vector<std::int32_t>& seen() const { return seen_; }
  const LinearModel& model() const { return model_; }
  // Whether the gradient fell below the tolerance within the iterations; inputs of very different
  // scales, and separable classes with a large C, need many.
  bool converged() const { return converged_; }

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  void do_probabilities_row(std::span<const float> x, std::span<float> out) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  Settings settings_;
  std::vector<std::int32_t> seen_;
  LinearModel model_;
  bool converged_ = false;
};

}  // namespace sandlot
