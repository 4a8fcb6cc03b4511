// Naive Bayes: `naive_bayes`, whose inputs are independent given the class (Manning, Raghavan &
// Schütze 2008, "Introduction to information retrieval", §13.2 and 13.3; Chan, Golub & LeVeque 1983
// for variances that are updated).
//
// All that it learns are weighted sums, so that partial_fit() of parts is fit() of the whole, to
// the byte. gaussian: numbers, NaN where a value is not known; multinomial: counts; bernoulli: on
// where a value is above `threshold`. A discrete input has probabilities of its numbers, whichever
// is chosen. Classes that no example has get the probability 0.
#pragma once

#include <vector>

#include "learners/classifier.h"

namespace sandlot {

enum class BayesDistribution : std::uint8_t { gaussian, multinomial, bernoulli };

class NaiveBayes final : public Classifier {
 public:
  struct Settings {
    BayesDistribution distribution = BayesDistribution::gaussian;
    double variance_smoothing = 1e-9;
    double alpha = 1;
    double threshold = 0;
    void fields(Fields& f);
    void check(const Space&, Issues&) const {}
    LearnerFacts facts() const {
      return {.incremental = true,
              .probabilities = true,
              .missing = distribution == BayesDistribution::gaussian};
    }
  };

  NaiveBayes(const Settings& settings, const Space& input, int classes, Seed seed);

  // log P(class) + log P(x | class), −infinity for classes not seen.
  void log_joint(const float* x, std::span<double> out) const;

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                      std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  void do_probabilities_row(std::span<const float> x, std::span<float> out) const override;
  bool takes_missing() const override {
    return settings_.distribution == BayesDistribution::gaussian;
  }
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  enum class Kind : std::uint8_t { gaussian, multinomial, bernoulli, category };

  std::size_t at(std::size_t label, std::size_t column) const { return label * columns_ + column; }
  void learn(const float* x, std::size_t label, double weight);
  void prepare();
  void prepare_gaussian(std::size_t label, double least_variance);
  void prepare_counts(std::size_t label);
  double largest_variance() const;

  Settings settings_;
  Kind kind_;
  std::size_t columns_;
  std::vector<double> class_weight_;  // [classes]
  // [classes, columns]. gaussian: weights of known values, their means, sums of squared distances
  // from them. Others: sums of what was counted in sums_.
  std::vector<double> known_, sums_, squares_;
  // What follows from them. constant_ [classes]; the others [classes, columns]: gaussian: log of
  // the density is constant − (x − mean)² · factor; others: x · factor, or its logarithm.
  std::vector<double> constant_, column_constant_, factor_;
};

}  // namespace sandlot
