// Recursive least squares: `recursive_least_squares`, ridge regression that learns one example at a
// time and may forget.
//
// After n examples it minimises Σ λ^(n − i) |y_i − b − W x_i|² + δ |W|². The triangular root of the
// normal equations is turned by Givens rotations (Gentleman 1973, "Least squares computations by
// Givens transformations without square roots"; Haykin 2002, "Adaptive filter theory", §9.3),
// which, unlike the recursion of the inverse, loses no definiteness by rounding. Where λ < 1, what
// is forgotten of the penalty is given back to one column after the other, so that columns that
// stop changing do not blow up; it is then δ on the average over as many examples as there are
// columns.
//
// An example costs O(columns²), and so do the coefficients after each partial_fit().
#pragma once

#include <vector>

#include "learners/classical/linear_model.h"
#include "learners/regressor.h"

namespace sandlot {

class RecursiveLeastSquares final : public Regressor {
 public:
  struct Settings {
    double forgetting = 1;
    double l2 = 1e-3;
    void fields(Fields& f);
    void check(const Space& input, Issues& issues) const;
  };
  static constexpr LearnerFacts kFacts{.incremental = true};

  RecursiveLeastSquares(const Settings& settings, const Space& input, int outputs, Seed seed);

  const LinearModel& model() const { return model_; }

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, const MatrixView& y,
                      std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override { return model_.values(x); }
  void do_predict_row(std::span<const float> x, std::span<float> out) const override {
    model_.values(x.data(), out);
  }
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  void clear();
  void rotate_in(Eigen::Index first);
  void learn(const float* x, const float* y, double weight);
  void solve();

  Settings settings_;
  LinearModel model_;
  RowMatrixXd root_;        // [columns + 1, columns + 1 + outputs]: upper triangle, right sides
  Eigen::RowVectorXd row_;  // scratch: what is rotated in
  std::uint32_t given_back_ = 0;  // the column that gets its penalty back next
};

}  // namespace sandlot
