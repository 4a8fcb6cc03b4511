// Logistic regression: scikit-learn's coefficients, and what is degenerate.
#include <doctest/doctest.h>

#include <cmath>

#include "learners/classical/logistic_regression.h"
#include "tests/learners/classical/small_data.h"
#include "tests/learners/classical/trees.h"

using namespace sandlot;
using namespace sandlot::tests;

namespace {

LogisticRegression fitted(double c, int classes, const std::vector<std::int32_t>& labels,
                          const std::vector<float>& weights = {}) {
  LogisticRegression model({.c = c}, numbers(3), classes, 1);
  model.fit(small_x(), labels, weights);
  CHECK(model.converged());
  return model;
}

// Per row of W its coefficients and the intercept.
void agrees(const LogisticRegression& regression,
            const std::vector<std::vector<double>>& expected) {
  const LinearModel& model = regression.model();
  REQUIRE(model.outputs() == static_cast<int>(expected.size()));
  for (int k = 0; k < model.outputs(); ++k) {
    const auto& row = expected[static_cast<std::size_t>(k)];
    for (int c = 0; c < 3; ++c)
      CHECK(std::abs(model.weights(k, c) - row[static_cast<std::size_t>(c)]) < 2e-6);
    CHECK(std::abs(model.intercept[k] - row[3]) < 2e-6);
  }
}

const std::vector<std::int32_t> kTwo{1, 0, 0, 1, 0, 0, 1, 1}, kThree{2, 0, 1, 2, 0, 0, 1, 1};

}  // namespace

// LogisticRegression(C=…, solver="newton-cg", tol=1e-12, max_iter=100000).fit(X, labels,
// sample_weight=…).
TEST_CASE("logistic regression: the coefficients are scikit-learn's") {
  agrees(fitted(1, 2, kTwo), {{0.5874982, -0.7045503, 0.7226556, -0.4231754}});
  agrees(fitted(10, 2, kTwo, small_weights()), {{2.6820256, -3.0399623, 1.5134233, -2.2473936}});
  agrees(fitted(1, 3, kThree), {{-0.2652014, 0.1372673, -0.6049084, 0.5174469},
                                {-0.3569569, 0.3648055, 0.0879528, 0.5867598},
                                {0.6221583, -0.5020728, 0.5169556, -1.1042067}});
  const LogisticRegression model = fitted(10, 3, kThree, small_weights());
  agrees(model, {{-0.8880674, 0.6237286, -0.8155832, 1.751472},
                 {-0.619106, 0.866843, -0.1326996, 1.3805372},
                 {1.5071734, -1.4905716, 0.9482828, -3.1320093}});
  const Matrix p = model.predict_probabilities(small_x().topRows(2));
  Matrix expected(2, 3);
  expected << 0.0145859f, 0.0667207f, 0.9186934f, 0.77649f, 0.2201828f, 0.0033272f;
  CHECK((p - expected).cwiseAbs().maxCoeff() < 1e-5f);
}

TEST_CASE("logistic regression: classes that are not there, separable ones, odd columns") {
  // Of five classes two are seen: they are told apart as if alone.
  std::vector<std::int32_t> labels;
  for (const std::int32_t label : kTwo) labels.push_back(label == 1 ? 3 : 1);
  const LogisticRegression some = fitted(1, 5, labels);
  agrees(some, {{0.5874982, -0.7045503, 0.7226556, -0.4231754}});
  const Matrix p = some.predict_probabilities(small_x());
  CHECK(p.col(0).isZero(0));
  CHECK((p.col(1) + p.col(3)).isApproxToConstant(1.0f));
  CHECK(fitted(1, 3, std::vector<std::int32_t>(8, 2)).predict_probabilities(small_x()).col(2) ==
        Matrix::Ones(8, 1));
  // Units do not matter to whether it converges; a constant column changes nothing but b.
  Matrix x(8, 4);
  x << small_x(), Matrix::Constant(8, 1, 1e6f / 3);
  x.col(0) *= 1e4f;
  LogisticRegression odd({.c = 1e6}, numbers(4), 2, 1);
  odd.fit(x, kTwo);
  CHECK(odd.converged());
  CHECK(odd.model().weights(0, 3) == 0);
  CHECK(odd.predict(x) == kTwo);
  CHECK(issues_of(LogisticRegression::Settings{}, Space::discrete(5000)) ==
        ": each of the input's 5000 numbers is a column; expected at most 4096");
  const LogisticRegression model = fitted(1, 3, kThree);
  survives_damage(saved(model), small_x(), [] { return LogisticRegression({}, numbers(3), 3, 1); });
}

TEST_CASE("logistic regression: the gradient vanishes on random data") {
  const Examples e = noisy(500, 6, 1, 9, 4, 1.0);
  LogisticRegression model({.c = 0.7}, numbers(6), 4, 1);
  model.fit(e.x, e.labels);
  REQUIRE(model.converged());
  // ∂/∂W = W + C Σ (p − onehot) xᵀ, with p worked out here.
  Eigen::MatrixXd gradient = model.model().weights;
  Eigen::VectorXd of_intercept = Eigen::VectorXd::Zero(4);
  for (Eigen::Index row = 0; row < 500; ++row) {
    const Eigen::VectorXd x = e.x.row(row).transpose().cast<double>();
    Eigen::ArrayXd p = (model.model().weights * x + model.model().intercept).array().exp();
    p /= p.sum();
    p[e.labels[static_cast<std::size_t>(row)]] -= 1;
    gradient += 0.7 * p.matrix() * x.transpose();
    of_intercept += 0.7 * p.matrix();
  }
  CHECK(gradient.cwiseAbs().maxCoeff() < 1e-5);
  CHECK(of_intercept.cwiseAbs().maxCoeff() < 1e-5);
}
