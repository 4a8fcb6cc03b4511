// Least squares: `linear_regression`, ridge regression where `l2` is above 0 (Hoerl & Kennard 1970,
// "Ridge regression"), and `polynomial_regression`.
//
// Minimised is Σ weight |y − b − W x|² + l2 |W|². Of several minima that of the smallest |W| is
// taken: columns that are constant get 0, equal ones equal coefficients.
#pragma once

#include <vector>

#include "learners/classical/linear_model.h"
#include "learners/regressor.h"

namespace sandlot {

// W [columns, outputs] that minimises |y − x W|² + l2 |W|², by orthogonal decompositions.
Eigen::MatrixXd least_squares(const RowMatrixXd& x, const RowMatrixXd& y, double l2);

class LinearRegression final : public Regressor {
 public:
  struct Settings {
    double l2 = 0;
    void fields(Fields& f) {
      f.number("l2", l2, "penalty on the squares of coefficients; 0: plain least squares",
               Range::at_least(0));
    }
    void check(const Space&, Issues&) const {}
  };
  static constexpr LearnerFacts kFacts{};

  LinearRegression(const Settings& settings, const Space& input, int outputs, Seed seed);

  const LinearModel& model() const { return model_; }

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override { return model_.values(x); }
  void do_predict_row(std::span<const float> x, std::span<float> out) const override {
    model_.values(x.data(), out);
  }
  void do_save(Writer& out) const override { model_.save(out); }
  void do_load(Reader& in) override { model_.load(in); }

 private:
  Settings settings_;
  LinearModel model_;
};

// Products of up to `degree` columns, standardised before and after they are multiplied: l2 is a
// penalty on coefficients of standardised products.
class PolynomialRegression final : public Regressor {
 public:
  struct Settings {
    int degree = 2;
    bool interactions_only = false;
    double l2 = 0;

    void fields(Fields& f);
    void check(const Space& input, Issues& issues) const;
    // Products of this many columns; stops counting above kMostProducts.
    int products(int columns) const;
  };
  static constexpr LearnerFacts kFacts{};
  static constexpr int kMostProducts = 10000;

  PolynomialRegression(const Settings& settings, const Space& input, int outputs, Seed seed);

  int products() const { return static_cast<int>(coefficients_.rows()); }

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override;
  void do_predict_row(std::span<const float> x, std::span<float> out) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  template <class Visit>
  void visit_products(const float* x, int first, int degree, double product, Visit& visit) const;
  RowMatrixXd expand_products(const MatrixView& x) const;

  Settings settings_;
  std::vector<double> mean_, deviation_;  // of the columns
  RowMatrixXd coefficients_;              // [products, outputs]
  Eigen::VectorXd intercept_;
};

}  // namespace sandlot
