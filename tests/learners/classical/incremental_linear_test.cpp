// Linear methods that learn one example at a time, against those that have all of them.
#include <doctest/doctest.h>

#include <cmath>

#include "learners/classical/linear_regression.h"
#include "learners/classical/logistic_regression.h"
#include "learners/classical/recursive_least_squares.h"
#include "learners/classical/sgd_linear.h"
#include "tests/learners/classical/small_data.h"
#include "tests/learners/classical/trees.h"

using namespace sandlot;
using namespace sandlot::tests;

namespace {

// y = 1000 + 30 x0 − 5 x1 / 100 + noise, x1 of another scale and far from 0.
Examples scaled(int rows, Seed seed, double noise = 1) {
  Random random(seed);
  Examples e{Matrix(rows, 2), Matrix(rows, 1), {}};
  for (Eigen::Index row = 0; row < rows; ++row) {
    const double a = random.normal(), b = 5000 + 100 * random.normal();
    e.x.row(row) << static_cast<float>(a), static_cast<float>(b);
    e.y(row, 0) = static_cast<float>(1000 + 30 * a - 0.05 * b + noise * random.normal());
    e.labels.push_back(a + (b - 5000) / 100 > 0 ? 1 : 0);
  }
  return e;
}

double difference(const LinearModel& a, const LinearModel& b) {
  return std::max((a.weights - b.weights).cwiseAbs().maxCoeff(),
                  (a.intercept - b.intercept).cwiseAbs().maxCoeff());
}

}  // namespace

TEST_CASE("recursive least squares: at every moment the ridge regression of all seen so far") {
  Examples e = noisy(60, 5, 2, 3);
  e.x.col(3).setConstant(4);  // no information of its own
  e.x.col(4) = e.x.col(0);
  std::vector<float> weights;
  Random random(5);
  for (int i = 0; i < 60; ++i) weights.push_back(static_cast<float>(random.below(4)) / 2);
  weights[0] = 1;
  RecursiveLeastSquares model({.forgetting = 1, .l2 = 0.3}, numbers(5), 2, 1);
  LinearRegression ridge({.l2 = 0.3}, numbers(5), 2, 1);
  for (Eigen::Index n = 1; n <= 60; ++n) {
    const auto i = static_cast<std::size_t>(n);
    if (weights[i - 1] > 0)
      model.partial_fit(e.x.middleRows(n - 1, 1), e.y.middleRows(n - 1, 1),
                        std::span(weights).subspan(i - 1, 1));
    ridge.fit(e.x.topRows(n), e.y.topRows(n), std::span(weights).first(i));
    CHECK(difference(model.model(), ridge.model()) < 1e-9);
  }
  RecursiveLeastSquares at_once({.forgetting = 1, .l2 = 0.3}, numbers(5), 2, 1);
  at_once.fit(e.x, e.y, weights);
  CHECK(saved(at_once) == saved(model));
}

TEST_CASE("recursive least squares: forgetting is a regression with fading weights") {
  const Examples e = noisy(300, 3, 1, 7);
  RecursiveLeastSquares model({.forgetting = 0.9, .l2 = 1e-9}, numbers(3), 1, 1);
  model.fit(e.x, e.y);
  std::vector<float> fading;
  for (int i = 0; i < 300; ++i) fading.push_back(static_cast<float>(std::pow(0.9, 299 - i)));
  LinearRegression all({}, numbers(3), 1, 1);
  all.fit(e.x, e.y, fading);
  CHECK(difference(model.model(), all.model()) < 1e-6);
  // A row of weight 3 is the row three times.
  const std::vector<float> weights(300, 3);
  RecursiveLeastSquares weighted({.forgetting = 0.9, .l2 = 1e-9}, numbers(3), 1, 1),
      repeated = weighted;
  weighted.fit(e.x, e.y, weights);
  const Examples r = repeat(e, weights);
  repeated.fit(r.x, r.y);
  CHECK(difference(weighted.model(), repeated.model()) < 1e-6);
}

TEST_CASE("recursive least squares: columns that stop changing do not blow up") {
  Random random(1);
  RecursiveLeastSquares model({.forgetting = 0.95, .l2 = 1e-3}, numbers(3), 1, 1);
  Matrix x(1, 3), y(1, 1);
  for (int i = 0; i < 20000; ++i) {
    // After the first hundred only the first column moves.
    x << static_cast<float>(random.normal()), i < 100 ? static_cast<float>(random.normal()) : 0.7f,
        i < 100 ? static_cast<float>(random.normal()) : 0;
    const float slope = i < 10000 ? 2.0f : -3.0f;
    y << slope * x(0, 0) + 5;
    model.partial_fit(x, y);
    if (i == 9999) CHECK(model.model().weights(0, 0) == doctest::Approx(2).epsilon(1e-3));
  }
  CHECK(model.model().weights(0, 0) == doctest::Approx(-3).epsilon(1e-3));
  CHECK(model.model().weights.cwiseAbs().maxCoeff() < 10);
  CHECK(issues_of(RecursiveLeastSquares::Settings{}, numbers(5000)) ==
        ": the normal equations of the input's 5000 columns are too large; expected at most 4096");
  survives_damage(saved(model), x, [] {
    return RecursiveLeastSquares({0.95, 1e-3}, numbers(3), 1, 1);
  });
}

TEST_CASE("sgd regression: close to least squares in any units, in one call or row by row") {
  const Examples e = scaled(4000, 1), test = scaled(1000, 2);
  LinearRegression best({}, numbers(2), 1, 1);
  best.fit(e.x, e.y);
  const double attainable = r_squared(best, test);
  for (const auto loss :
       {RegressionLoss::squared, RegressionLoss::huber, RegressionLoss::epsilon_insensitive}) {
    SgdRegressor::Settings settings;
    settings.loss = loss;
    SgdRegressor model(settings, numbers(2), 1, 1), online(settings, numbers(2), 1, 1);
    model.fit(e.x, e.y);
    CHECK(r_squared(model, test) > attainable - 0.005);
    for (Eigen::Index row = 0; row < 4000; ++row)
      online.partial_fit(e.x.middleRows(row, 1), e.y.middleRows(row, 1));
    CHECK(r_squared(online, test) > attainable - 0.005);
  }
}

TEST_CASE("sgd regression: robust losses heed outliers less") {
  Examples e = scaled(2000, 3);
  const Examples test = scaled(1000, 4);
  for (Eigen::Index row = 0; row < 2000; row += 10) e.y(row, 0) += 1e4f;
  SgdRegressor::Settings settings;
  SgdRegressor squared(settings, numbers(2), 1, 1);
  settings.loss = RegressionLoss::huber;
  settings.epsilon = 0.01;
  SgdRegressor huber(settings, numbers(2), 1, 1);
  squared.fit(e.x, e.y);
  huber.fit(e.x, e.y);
  CHECK(r_squared(squared, test) < -100);  // the mean of the outliers alone moves it by 1000
  CHECK(r_squared(huber, test) > -10);
}

TEST_CASE("sgd regression: the statistics move, what was learnt stays") {
  // A constant target, then inputs of ever larger scale: predictions of old inputs must not jump.
  SgdRegressor model({}, numbers(1), 1, 1);
  Random random(1);
  Matrix x(200, 1), y(200, 1);
  for (Eigen::Index row = 0; row < 200; ++row) {
    x(row, 0) = static_cast<float>(random.normal());
    y(row, 0) = 3 * x(row, 0);
  }
  for (int i = 0; i < 50; ++i) model.partial_fit(x, y);
  const Matrix before = model.predict(x);
  CHECK((before - y).cwiseAbs().maxCoeff() < 0.1f);
  Matrix far(1, 1), target(1, 1);
  far << 300;
  target << 900;
  model.partial_fit(far, target);
  CHECK((model.predict(x) - y).cwiseAbs().maxCoeff() < 0.5f);
  survives_damage(saved(model), x, [] { return SgdRegressor({}, numbers(1), 1, 1); });
}

TEST_CASE("sgd classification: separates, with probabilities where the loss is log") {
  const Examples e = scaled(3000, 5), test = scaled(1000, 6);
  for (const auto loss : {ClassificationLoss::log, ClassificationLoss::hinge}) {
    SgdClassifier::Settings settings;
    settings.loss = loss;
    CHECK(settings.facts().probabilities == (loss == ClassificationLoss::log));
    SgdClassifier model(settings, numbers(2), 2, 1), online(settings, numbers(2), 2, 1);
    model.fit(e.x, e.labels);
    CHECK(accuracy(model, test) > 0.98);
    online.partial_fit(e.x, e.labels);
    CHECK(accuracy(online, test) > 0.97);
    if (loss == ClassificationLoss::hinge)
      CHECK_THROWS_AS(model.predict_probabilities(test.x), std::logic_error);
  }
  const Examples three = noisy(3000, 3, 1, 2, 3, 0.1);
  SgdClassifier model({}, numbers(3), 3, 1);
  model.fit(three.x, three.labels);
  LogisticRegression best({}, numbers(3), 3, 1);
  best.fit(three.x, three.labels);
  CHECK(accuracy(model, three) > accuracy(best, three) - 0.01);
  // The numbers of a discrete input, each with its own class.
  Matrix states(600, 1);
  std::vector<std::int32_t> labels;
  for (Eigen::Index i = 0; i < 600; ++i) {
    states(i, 0) = static_cast<float>(i % 6);
    labels.push_back(static_cast<std::int32_t>(i % 6 % 4));
  }
  SgdClassifier table({}, Space::discrete(6), 4, 1);
  table.fit(states, labels);
  CHECK(table.predict(states) == labels);
}
