// Support vector machines: textbook's and LIBSVM's numbers, and the conditions of an optimum.
#include "learners/classical/svm.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "tests/learners/classical/small_data.h"
#include "tests/learners/classical/trees.h"
#include "tests/learners/iris.h"

using namespace sandlot;
using namespace sandlot::tests;

namespace {

const std::vector<std::int32_t> kTwo{1, 0, 0, 1, 0, 0, 1, 1}, kThree{2, 0, 1, 2, 0, 0, 1, 1};

SvmClassifier::Settings classes_by(KernelKind kernel, double c, double gamma = 0) {
  SvmClassifier::Settings settings;
  settings.kernel = kernel;
  settings.c = c;
  settings.gamma = gamma;
  settings.coef0 = 1;
  settings.tolerance = 1e-7;
  settings.probabilities = false;
  return settings;
}

SvmRegressor::Settings numbers_by(KernelKind kernel, double c, double gamma = 0) {
  SvmRegressor::Settings settings;
  static_cast<SvmSettings&>(settings) = classes_by(kernel, c, gamma);
  settings.epsilon = 0.2;
  return settings;
}

void agrees(const RowMatrixXd& values, const std::vector<double>& expected) {
  REQUIRE(values.size() == static_cast<Eigen::Index>(expected.size()));
  for (Eigen::Index i = 0; i < values.size(); ++i)
    CHECK(std::abs(values.data()[i] - expected[static_cast<std::size_t>(i)]) < 1e-5);
}

}  // namespace

// The example of scikit-learn's own tests: support vectors 2 and 4, duals ∓0.25, intercept 0.
TEST_CASE("svm: six points, by hand") {
  Matrix x(6, 2), at(3, 2);
  x << -2, -1, -1, -1, -1, -2, 1, 1, 1, 2, 2, 1;
  at << -1, -1, 2, 2, 3, 2;
  SvmClassifier model(classes_by(KernelKind::linear, 1), numbers(2), 2, 1);
  model.fit(x, std::vector<std::int32_t>{0, 0, 0, 1, 1, 1});
  REQUIRE(model.functions().support() == x(std::vector<int>{1, 3}, Eigen::all));
  CHECK(model.functions().coefficients()(0, 0) == doctest::Approx(0.25));
  CHECK(model.functions().coefficients()(0, 1) == doctest::Approx(-0.25));
  CHECK(std::abs(model.functions().biases()[0]) < 1e-9);
  CHECK(model.predict(at) == std::vector<std::int32_t>{0, 1, 1});
}

// SVC(tol=1e-10, decision_function_shape="ovo", …).decision_function; that of two classes has the
// other sign there.
TEST_CASE("svm: the decision values are LIBSVM's") {
  struct Case {
    KernelKind kernel;
    double gamma;
    std::vector<double> two, three, values;
  };
  const Case cases[] = {
      {KernelKind::linear,
       0,
       {3.171165, -1, -3.832614, 2.502799, -2.957411, -0.5411092, 1, 0.04168944},
       {-0.1376236, -1.222341, -0.9999996, 1, 1, 1.589612, -0.9999999, 1.136042, 5.244225},
       {1.066904, 2.3, -0.2000001, 3.299999, 0.2940493, -1.616146, 1.976379, -0.8}},
      {KernelKind::rbf,
       0,
       {1, -1, -1, 1, -1, -0.7325636, 1, 0.7038218},
       {-0.3615827, -1, -1, 0.9999999, 1, 0.2827558, -1, 0.4487403, 1},
       {1.2, 2.3, -0.2, 2.9, 0.3999999, -1.214526, 2, -0.4}},
      {KernelKind::polynomial,
       0,
       {1, -1, -1, 1, -1, -0.9999999, 1, 1},
       {0.5592775, -1, -1, 1.06763, 1, 0.4267264, -0.9999999, 0.8317578, 1.038828},
       {1.2, 2.3, -0.2515053, 2.9, 0.4, -1.7, 2, -0.8}},
      {KernelKind::rbf,
       0.7,
       {1, -1, -1, 1, -1, -1, 1, 1},
       {-0.09289923, -1, -1, 1, 1, 0.2135474, -1, 0.2008897, 1},
       {0.9172371, 2.3, -0.2, 2.88916, 0.4, -1.275609, 2, -0.4}}};
  const Matrix x = small_x();
  for (const Case& c : cases) {
    SvmClassifier two(classes_by(c.kernel, 2, c.gamma), numbers(3), 2, 1),
        three(classes_by(c.kernel, 2, c.gamma), numbers(3), 3, 1);
    two.fit(x, kTwo);
    agrees(-two.decision_values(x), c.two);
    three.fit(x, kThree);
    agrees(three.decision_values(x.topRows(3)), c.three);
    CHECK((two.converged() && three.converged()));
    SvmRegressor regressor(numbers_by(c.kernel, 2, c.gamma), numbers(3), 1, 1);
    regressor.fit(x, small_y().leftCols(1));
    CHECK(regressor.converged());
    agrees(regressor.predict(x).cast<double>(), c.values);
  }
  SvmClassifier weighted(classes_by(KernelKind::rbf, 2, 0.189590303068), numbers(3), 3, 1);
  weighted.fit(x, kThree, small_weights());
  agrees(weighted.decision_values(x.topRows(3)),
         {-0.2753882, -1, -0.9758405, 0.9999999, 1, 0.4774586, -1, 0.47076, 1});
}

// SVC(C=1, gamma=0.25) and SVC(C=1, kernel="linear") with row i in fold i mod 5: 145 and 147 of
// 150.
TEST_CASE("svm: iris in five folds") {
  const Iris data = read_iris();
  const auto right = [&](const SvmClassifier::Settings& settings) {
    int hits = 0;
    for (int fold = 0; fold < 5; ++fold) {
      std::vector<float> weights;
      for (int row = 0; row < 150; ++row) weights.push_back(row % 5 == fold ? 0 : 1);
      SvmClassifier model(settings, numbers(4), 3, 1);
      model.fit(data.x, data.labels, weights);
      const auto guesses = model.predict(data.x);
      for (std::size_t row = 0; row < 150; ++row)
        hits += weights[row] == 0 && guesses[row] == data.labels[row];
    }
    return hits;
  };
  CHECK(right(classes_by(KernelKind::rbf, 1, 0.25)) == 145);
  CHECK(right(classes_by(KernelKind::linear, 1)) == 147);
  auto settings = classes_by(KernelKind::rbf, 1, 0.25);
  settings.probabilities = true;
  settings.tolerance = 1e-3;
  CHECK(right(settings) >= 143);  // by the probabilities, which are of other folds
}

// What an optimum must satisfy (Karush, Kuhn & Tucker), whatever was shrunk on the way and however
// few rows of the kernel fit the cache.
TEST_CASE("svm: the conditions of an optimum hold on noisy data") {
  const Examples e = noisy(1500, 5, 1, 3, 2, 1.0);
  for (const double megabytes : {0.02, 100.0}) {
    for (const double epsilon : {0.0, 0.4}) {
      KernelCache cache({KernelKind::rbf, 0.3, 0, 3}, e.x, megabytes);
      SvmProblem problem;
      problem.epsilon = epsilon;
      for (std::size_t row = 0; row < 1500; ++row) {
        const double side = e.labels[row] == 1 ? 1 : -1;
        const bool one_sided = epsilon == 0;
        problem.target.push_back(
            one_sided ? side : static_cast<double>(e.y(static_cast<Eigen::Index>(row), 0)));
        problem.low.push_back(one_sided && side > 0 ? 0 : -2);
        problem.high.push_back(one_sided && side < 0 ? 0 : 2);
      }
      const SvmSolution s = solve_svm(problem, {.tolerance = 1e-5, .iterations = 1000000}, cache);
      REQUIRE(s.converged);
      double sum = 0, worst = 0;
      int free = 0;
      for (std::size_t row = 0; row < 1500; ++row) {
        const double beta = s.beta[row];
        sum += beta;
        REQUIRE((beta >= problem.low[row] && beta <= problem.high[row]));
        const float* kernel = cache.row(row);
        double f = s.bias;
        for (std::size_t k = 0; k < 1500; ++k) f += s.beta[k] * static_cast<double>(kernel[k]);
        const double error = problem.target[row] - f;
        if (beta < problem.high[row])
          worst = std::max(worst, error + (beta < 0 ? epsilon : -epsilon));
        if (beta > problem.low[row])
          worst = std::max(worst, -(error + (beta > 0 ? -epsilon : epsilon)));
        free += beta != 0 && beta > problem.low[row] && beta < problem.high[row];
      }
      CHECK(std::abs(sum) < 1e-9);
      CHECK(worst < 2e-5);
      CHECK(free > 20);
    }
  }
}

TEST_CASE("svm: the sigmoid fits its examples, and pairs give the probabilities they came from") {
  // Of p = 1 / (1 + exp(−2 d + 0.5)), as shares of many examples.
  std::vector<double> decisions, weights;
  std::vector<bool> first;
  for (int i = -20; i <= 20; ++i) {
    const double d = i / 10.0, p = 1 / (1 + std::exp(-2 * d + 0.5));
    for (const bool one : {true, false}) {
      decisions.push_back(d);
      first.push_back(one);
      weights.push_back(1e6 * (one ? p : 1 - p));
    }
  }
  const Sigmoid s = fit_sigmoid(decisions, first, weights);
  CHECK(s.slope == doctest::Approx(-2).epsilon(1e-3));
  CHECK(s.offset == doctest::Approx(0.5).epsilon(1e-3));
  const std::vector<double> p{0.5, 0.3, 0.15, 0.05};
  std::vector<double> pairs(16, 0.0), out(4);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j)
      if (i != j) pairs[i * 4 + j] = p[i] / (p[i] + p[j]);
  couple(pairs, out);
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::abs(out[i] - p[i]) < 5e-3);
}

TEST_CASE("svm: probabilities are calibrated") {
  // Two normal classes whose true log odds are 2 x0: their probabilities are known.
  Random random(4);
  Matrix x(2000, 2);
  std::vector<std::int32_t> labels;
  for (Eigen::Index row = 0; row < 2000; ++row) {
    labels.push_back(random.bernoulli(0.5) ? 1 : 0);
    x(row, 0) = static_cast<float>(random.normal() + (labels.back() == 1 ? 1 : -1));
    x(row, 1) = static_cast<float>(random.normal());
  }
  SvmClassifier::Settings settings;
  settings.kernel = KernelKind::linear;
  SvmClassifier model(settings, numbers(2), 2, 1);
  model.fit(x, labels);
  const Matrix p = model.predict_probabilities(x);
  double error = 0;
  for (Eigen::Index row = 0; row < 2000; ++row)
    error += std::abs(static_cast<double>(p(row, 1)) -
                      1 / (1 + std::exp(-2 * static_cast<double>(x(row, 0)))));
  CHECK(error / 2000 < 0.02);
}

TEST_CASE("svm: degenerate examples, limits, damage") {
  // One class, one row, classes that are not there, constant and equal rows.
  SvmClassifier one({}, numbers(3), 4, 1);
  one.fit(small_x(), std::vector<std::int32_t>(8, 2));
  CHECK(one.predict(small_x()) == std::vector<std::int32_t>(8, 2));
  SvmClassifier some({}, numbers(3), 5, 1);
  std::vector<std::int32_t> labels;
  for (const std::int32_t label : kTwo) labels.push_back(label == 1 ? 4 : 1);
  some.fit(small_x(), labels);
  CHECK(some.predict_probabilities(small_x()).col(0).isZero(0));
  SvmClassifier same({}, numbers(3), 2, 1);
  same.fit(Matrix::Ones(8, 3), kTwo);
  CHECK(same.predict_probabilities(Matrix::Ones(1, 3))(0, 0) == doctest::Approx(0.5).epsilon(0.05));
  SvmRegressor single({}, numbers(3), 2, 1);
  single.fit(small_x().topRows(1), small_y().topRows(1));
  CHECK(single.predict(small_x()).isApprox(small_y().topRows(1).replicate(8, 1)));
  // The numbers of a discrete input.
  SvmRegressor::Settings settings = numbers_by(KernelKind::rbf, 1000);
  settings.epsilon = 0.01;
  SvmRegressor table(settings, Space::discrete(3), 1, 1);
  Matrix x(3, 1), y(3, 1);
  x << 0, 1, 2;
  y << 5, -1, 2;
  table.fit(x, y);
  CHECK((table.predict(x) - y).cwiseAbs().maxCoeff() < 0.011f);
  // A limit is kept, and told.
  SvmClassifier::Settings few = classes_by(KernelKind::rbf, 1);
  few.iterations = 2;
  SvmClassifier stopped(few, numbers(3), 3, 1);
  stopped.fit(small_x(), kThree);
  CHECK_FALSE(stopped.converged());
  CHECK_THROWS_AS(stopped.predict_probabilities(small_x()), std::logic_error);

  SvmClassifier model({}, numbers(3), 3, 1);
  model.fit(small_x(), kThree);
  survives_damage(saved(model), small_x(), [] { return SvmClassifier({}, numbers(3), 3, 1); });
  survives_damage(saved(table), x,
                  [&] { return SvmRegressor(settings, Space::discrete(3), 1, 1); });
}
