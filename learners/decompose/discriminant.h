// Linear discriminant analysis (Fisher 1936; Rao 1948): classes as normal distributions with one
// covariance, and the directions that tell them apart best (Hastie, Tibshirani & Friedman 2009,
// "The elements of statistical learning", §4.3).
//
// Inputs are first made white within the classes, in double; directions in which no class varies
// are left out. `shrinkage` draws the covariance towards a multiple of the identity, for few rows.
#pragma once

#include <vector>

#include "learners/classifier.h"
#include "learners/decompose/spectrum.h"

namespace sandlot {

class LinearDiscriminant final : public Classifier {
 public:
  struct Settings {
    double shrinkage = 0;
    void fields(Fields& f);
    void check(const Space& input, Issues& issues) const;
  };
  static constexpr LearnerFacts kFacts{.probabilities = true};

  LinearDiscriminant(const Settings& settings, const Space& input, int classes, Seed seed);

  // [rows, directions()]: along the directions that tell the classes apart, the best first; at most
  // one fewer than there are classes.
  Matrix project(const MatrixView& x) const;
  int directions() const { return static_cast<int>(directions_.rows()); }
  // The variance between the classes along each, as shares of their sum.
  const Eigen::VectorXd& explained_share() const { return share_; }

 protected:
  // Throws std::invalid_argument where the rows of each class are all equal.
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  void do_probabilities_row(std::span<const float> x, std::span<float> out) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  Settings settings_;
  Eigen::RowVectorXd mean_;
  RowMatrixXd directions_;  // [directions, columns]
  Eigen::VectorXd share_;
  RowMatrixXd slopes_;         // [classes, columns], of x − mean
  Eigen::VectorXd constants_;  // [classes]; −infinity for a class that no row had
};

}  // namespace sandlot
