// Linear methods: coefficients of scikit-learn, closed forms, and what is degenerate.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "learners/classical/linear_regression.h"
#include "tests/learners/classical/small_data.h"
#include "tests/learners/classical/trees.h"

using namespace sandlot;
using namespace sandlot::tests;

namespace {

LinearRegression fitted(const Matrix& x, const Matrix& y, double l2 = 0,
                        const std::vector<float>& weights = {}) {
  LinearRegression model({l2}, numbers(static_cast<int>(x.cols())), static_cast<int>(y.cols()), 1);
  model.fit(x, y, weights);
  return model;
}

// `expected`: the coefficients and the intercept of each output.
void agrees(const LinearRegression& regression, const std::vector<std::vector<double>>& expected) {
  const LinearModel& model = regression.model();
  for (int k = 0; k < model.outputs(); ++k) {
    const auto& row = expected[static_cast<std::size_t>(k)];
    for (int c = 0; c < model.columns(); ++c)
      CHECK(std::abs(model.weights(k, c) - row[static_cast<std::size_t>(c)]) < 1e-5);
    CHECK(std::abs(model.intercept[k] - row.back()) < 1e-5);
  }
}

}  // namespace

// LinearRegression().fit(X, Y), Ridge(alpha=2, solver="cholesky").fit(X, Y, sample_weight=w).
TEST_CASE("linear regression: the coefficients are scikit-learn's") {
  const Matrix x = small_x(), y = small_y();
  agrees(fitted(x, y), {{1.58326392, 0.25954256, 0.11604914, 0.18283633},
                        {1.04064173, 0.08233657, 4.98024568, 3.71741515}});
  agrees(fitted(x, y, 0, small_weights()), {{1.65051088, 0.25401776, 0.11107823, 0.17521466},
                                            {1.49971778, 0.06813269, 4.82864128, 3.66441525}});
  agrees(fitted(x, y, 2), {{1.26490825, 0.20852967, 0.11414723, 0.29160847},
                           {0.87510746, -0.04781862, 4.55713939, 3.92828620}});
  agrees(fitted(x, y, 2, small_weights()), {{1.39845976, 0.25685348, 0.07615160, 0.19885835},
                                            {1.20124267, 0.01670268, 4.46169324, 3.71649108}});
}

TEST_CASE("linear regression: of many solutions the smallest, as scikit-learn's") {
  // The first column again, and a constant.
  Matrix x(8, 5);
  x << small_x(), small_x().col(0), Matrix::Constant(8, 1, 7);
  agrees(fitted(x, small_y()), {{0.79163196, 0.25954256, 0.11604914, 0.79163196, 0, 0.18283633},
                                {0.52032086, 0.08233657, 4.98024568, 0.52032086, 0, 3.71741515}});
  // Fewer rows than columns.
  agrees(fitted(x.topRows(3), small_y().topRows(3)),
         {{0.37166883, -0.37425256, -0.26360824, 0.37166883, 0, 0.97005282},
          {-0.86000174, -1.07573368, 3.93327920, -0.86000174, 0, 7.76928373}});
  // The same ridge regression, whether there are more columns than rows or, by rows of zeros that
  // add nothing to it, fewer.
  Random random(3);
  RowMatrixXd wide(5, 9), longer = RowMatrixXd::Zero(12, 9), target(5, 2),
                          targets = RowMatrixXd::Zero(12, 2);
  for (Eigen::Index i = 0; i < wide.size(); ++i) wide.data()[i] = random.normal();
  for (Eigen::Index i = 0; i < target.size(); ++i) target.data()[i] = random.normal();
  longer.topRows(5) = wide;
  targets.topRows(5) = target;
  for (const double l2 : {0.0, 0.3})
    CHECK(least_squares(wide, target, l2).isApprox(least_squares(longer, targets, l2), 1e-9));
  // A constant far from 0, whose mean cannot be exact by summing, and columns of odd units.
  Matrix far = x;
  far.col(4).setConstant(1e7f / 3);
  CHECK(fitted(far, small_y()).model().weights.col(4).isZero(0));
  Matrix units = small_x();
  units.col(0) *= 1e12f;
  units.col(1) *= 1e-12f;
  const auto model = fitted(units, small_y()).model();
  CHECK(model.weights(0, 0) * 1e12 == doctest::Approx(1.58326392).epsilon(1e-5));
  CHECK(model.weights(0, 1) * 1e-12 == doctest::Approx(0.25954256).epsilon(1e-5));
}

TEST_CASE("linear regression: one row, and the numbers of a discrete input") {
  const Matrix one = small_x().topRows(1), y = small_y().topRows(1);
  CHECK(fitted(one, y).predict(one).isApprox(y));
  CHECK(fitted(one, y, 1).predict(Matrix::Zero(1, 3)).isApprox(y));
  // One-hot: the mean of each number.
  LinearRegression table({}, Space::discrete(4), 1, 1);
  Matrix states(5, 1), values(5, 1), all(4, 1);
  states << 0, 0, 1, 3, 3;
  values << 1, 3, 5, 7, 8;
  all << 0, 1, 2, 3;
  table.fit(states, values);
  const Matrix guess = table.predict(all);
  CHECK(guess(0, 0) == doctest::Approx(2));
  CHECK(guess(1, 0) == doctest::Approx(5));
  CHECK(guess(3, 0) == doctest::Approx(7.5));
  // The same coefficients as for columns of 0 and 1, which are dependent where l2 is 0.
  Matrix hot(5, 4), two(5, 2);
  hot << 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1;
  two << values, small_y().block(0, 1, 5, 1);
  const std::vector<float> weights{1, 2, 0.5f, 3, 1};
  for (const double l2 : {0.0, 0.7}) {
    const LinearRegression of_columns = fitted(hot, two, l2, weights);
    LinearRegression of_numbers({l2}, Space::discrete(4), 2, 1);
    of_numbers.fit(states, two, weights);
    CHECK(of_numbers.model().weights.isApprox(of_columns.model().weights, 1e-9));
    CHECK(of_numbers.model().intercept.isApprox(of_columns.model().intercept, 1e-9));
  }
  survives_damage(saved(table), all, [] { return LinearRegression({}, Space::discrete(4), 1, 1); });
}

// make_pipeline(PolynomialFeatures(…), LinearRegression()).fit(X, Y[:, :1]).
TEST_CASE("polynomial regression: the predictions are scikit-learn's") {
  PolynomialRegression square({}, numbers(2), 1, 1);
  square.fit(small_x().leftCols(2), small_y().leftCols(1));
  CHECK(square.products() == 5);
  Matrix at(3, 2), other(3, 3);
  at << 0.3f, 0.4f, -1, 1.5f, 2.5f, -2;
  const Matrix squares = square.predict(at);
  CHECK(squares(0, 0) == doctest::Approx(0.88358055).epsilon(1e-5));
  CHECK(squares(1, 0) == doctest::Approx(-1.35638554).epsilon(1e-5));
  CHECK(squares(2, 0) == doctest::Approx(3.20269772).epsilon(1e-5));
  PolynomialRegression mixed({.degree = 3, .interactions_only = true, .l2 = 0}, numbers(3), 1, 1);
  mixed.fit(small_x(), small_y().leftCols(1));
  CHECK(mixed.products() == 7);
  other << at, Matrix::Zero(3, 1);
  other.col(2) << 1, -1, 0.5f;
  const Matrix products = mixed.predict(other);
  CHECK(products(0, 0) == doctest::Approx(1.13931332).epsilon(1e-5));
  CHECK(products(1, 0) == doctest::Approx(-3.29291535).epsilon(1e-5));
  CHECK(products(2, 0) == doctest::Approx(-0.29568368).epsilon(1e-5));
}

TEST_CASE("polynomial regression: a polynomial far from 0 is found again, and shrunk by l2") {
  Random random(1);
  Matrix x(200, 2), y(200, 11);
  for (Eigen::Index row = 0; row < 200; ++row) {
    for (Eigen::Index c = 0; c < 2; ++c) x(row, c) = 1000 + 3 * random.uniform_float();
    const double a = static_cast<double>(x(row, 0)) - 1001,
                 b = static_cast<double>(x(row, 1)) - 1001;
    for (Eigen::Index k = 0; k < 11; ++k)
      y(row, k) = static_cast<float>(2 - a + 3 * a * b - a * a * b * static_cast<double>(k));
  }
  PolynomialRegression cubic({.degree = 3}, numbers(2), 11, 1),
      shrunk({3, false, 1e6}, numbers(2), 11, 1);
  cubic.fit(x, y);
  shrunk.fit(x, y);
  CHECK((cubic.predict(x) - y).cwiseAbs().maxCoeff() < 1e-4f);
  const Eigen::RowVectorXf mean = y.colwise().mean();
  CHECK((shrunk.predict(x).rowwise() - mean).cwiseAbs().maxCoeff() < 0.2f);
  std::vector<float> out(11);
  for (Eigen::Index row = 0; row < 5; ++row) {
    cubic.predict_row({x.row(row).data(), 2}, out);
    CHECK(MatrixMap(out.data(), 1, 11) == cubic.predict(x).row(row));
  }
  // Constant and equal columns, more products than rows: still through every point.
  Matrix odd(4, 3), z(4, 1);
  odd << 1, 1, 5, 2, 2, 5, 4, 4, 5, -1, -1, 5;
  z << 3, 1, 4, 1;
  PolynomialRegression degenerate({.degree = 3}, numbers(3), 1, 1);
  degenerate.fit(odd, z);
  CHECK((degenerate.predict(odd) - z).cwiseAbs().maxCoeff() < 1e-4f);
  survives_damage(saved(degenerate), odd,
                  [] { return PolynomialRegression({.degree = 3}, numbers(3), 1, 1); });
  CHECK(issues_of(PolynomialRegression::Settings{.degree = 5}, numbers(100)) ==
        "degree: more than 10000 products of the input's 100 columns; expected a lower degree");
  CHECK(issues_of(PolynomialRegression::Settings{}, Space::discrete(3)) ==
        ": a discrete input has no powers; expected linear_regression");
}
