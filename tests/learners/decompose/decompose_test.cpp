#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "learners/decompose/discriminant.h"
#include "learners/decompose/latent_dirichlet.h"
#include "learners/decompose/projection.h"
#include "sim/core/random.h"
#include "tests/learners/iris.h"

using namespace sandlot;

namespace {

const Space kIris = Space::box({4}, 0, 10);

Pca::Settings components(int count, bool whiten = false) {
  Pca::Settings settings;
  settings.components = count;
  settings.whiten = whiten;
  return settings;
}

// Rows whose columns' variances fall by a factor of four from direction to direction.
Matrix falling(int rows, int columns, Seed seed) {
  Random random(seed);
  RowMatrixXd mix(columns, columns), x(rows, columns);
  for (Eigen::Index i = 0; i < mix.size(); ++i) mix.data()[i] = random.normal();
  for (Eigen::Index row = 0; row < rows; ++row)
    for (Eigen::Index c = 0; c < columns; ++c)
      x(row, c) = random.normal() * std::pow(0.5, static_cast<double>(c));
  return (x * mix).cast<float>();
}

double angle_of(const RowMatrixXd& a, const RowMatrixXd& b, Eigen::Index row) {
  return 1 - std::abs(a.row(row).dot(b.row(row)));
}

}  // namespace

// scikit-learn 1.2.1.
TEST_CASE("pca: iris") {
  const Iris iris = read_iris();
  Pca model(components(2), kIris, 1);
  model.fit(iris.x);
  RowMatrixXd expected(2, 4);
  expected << 0.36138659, -0.08452251, 0.85667061, 0.3582892,  //
      0.65658877, 0.73016143, -0.17337266, -0.07548102;
  CHECK((model.components() - expected).cwiseAbs().maxCoeff() < 1e-6);
  CHECK(model.explained_variance()(0) == doctest::Approx(4.22824171).epsilon(1e-6));
  CHECK(model.explained_variance()(1) == doctest::Approx(0.24267075).epsilon(1e-6));
  CHECK(model.explained_share()(0) == doctest::Approx(0.92461872).epsilon(1e-6));
  CHECK(model.explained_share()(1) == doctest::Approx(0.05306648).epsilon(1e-6));
}

TEST_CASE("pca: all components keep everything; whitened ones have variance 1") {
  const Iris iris = read_iris();
  for (const bool whiten : {false, true}) {
    Pca model(components(4, whiten), kIris, 1);
    model.fit(iris.x);
    const Matrix z = model.transform(iris.x);
    CHECK((model.inverse_transform(z) - iris.x).cwiseAbs().maxCoeff() < 1e-4f);
    CHECK(std::abs(z.mean()) < 1e-5f);
    if (!whiten) continue;
    const Eigen::MatrixXd covariance = (z.transpose() * z).cast<double>() / 149;
    CHECK((covariance - Eigen::MatrixXd::Identity(4, 4)).cwiseAbs().maxCoeff() < 1e-3);
  }
}

TEST_CASE("pca: in parts it is as of the whole, where all components are kept") {
  const Matrix x = falling(300, 5, 1);
  const Space space = Space::box({5}, -100, 100);
  Pca whole(components(5), space, 1), parts(components(5), space, 1);
  whole.fit(x);
  for (int first = 0; first < 300; first += 60) parts.partial_fit(x.middleRows(first, 60));
  for (Eigen::Index i = 0; i < 5; ++i) {
    CHECK(angle_of(whole.components(), parts.components(), i) < 1e-9);
    CHECK(parts.explained_variance()(i) ==
          doctest::Approx(whole.explained_variance()(i)).epsilon(1e-6));
    CHECK(parts.explained_share()(i) == doctest::Approx(whole.explained_share()(i)).epsilon(1e-6));
  }
  // With fewer components something is lost, but little of the largest.
  Pca few(components(2), space, 1);
  for (int first = 0; first < 300; first += 60) few.partial_fit(x.middleRows(first, 60));
  CHECK(angle_of(whole.components(), few.components(), 0) < 1e-3);
}

TEST_CASE("pca and svd: weights count rows, by fit and in parts") {
  const Iris iris = read_iris();
  std::vector<float> weights;
  std::vector<Eigen::Index> repeated;
  for (Eigen::Index row = 0; row < 150; ++row) {
    weights.push_back(static_cast<float>(1 + row % 3));
    for (int i = 0; i <= row % 3; ++i) repeated.push_back(row);
  }
  const Matrix twice = iris.x(repeated, Eigen::all);
  const auto check = [&](auto& weighted, auto& plain) {
    weighted.fit(iris.x, weights);
    plain.fit(twice);
    CHECK((weighted.components() - plain.components()).cwiseAbs().maxCoeff() < 1e-6);
    weighted.partial_fit(iris.x, weights);
    plain.partial_fit(twice);
    CHECK((weighted.components() - plain.components()).cwiseAbs().maxCoeff() < 1e-6);
    CHECK((weighted.explained_variance() - plain.explained_variance()).cwiseAbs().maxCoeff() <
          1e-6);
  };
  Pca a(components(2), kIris, 1), b(components(2), kIris, 1);
  check(a, b);
  TruncatedSvd c({{}, 2}, kIris, 1), d({{}, 2}, kIris, 1);
  check(c, d);
}

TEST_CASE("spectrum: randomized, of many columns, is the exact one where values fall") {
  const Matrix x = falling(200, 12, 3);
  RowMatrixXd wide = RowMatrixXd::Zero(200, 300);
  wide.leftCols(12) = x.cast<double>();
  SpectrumSettings settings;
  settings.method = SpectrumMethod::randomized;
  const Spectrum exact = exact_spectrum(wide, 4),
                 near = randomized_spectrum(wide.cast<float>(), 4, settings, 1);
  for (Eigen::Index i = 0; i < 4; ++i) {
    CHECK(near.values(i) == doctest::Approx(exact.values(i)).epsilon(1e-4));
    CHECK(angle_of(near.vectors, exact.vectors, i) < 1e-6);
  }
  // More columns than rows, and the other way round.
  const Spectrum transposed = exact_spectrum(wide.transpose(), 4);
  for (Eigen::Index i = 0; i < 4; ++i)
    CHECK(transposed.values(i) == doctest::Approx(exact.values(i)).epsilon(1e-9));
}

TEST_CASE("truncated_svd: iris") {
  const Iris iris = read_iris();
  TruncatedSvd model({{}, 2}, kIris, 1);
  model.fit(iris.x);
  RowMatrixXd expected(2, 4);
  expected << 0.75110816, 0.38008617, 0.51300886, 0.16790754,  //
      0.2841749, 0.5467445, -0.70866455, -0.34367081;
  CHECK((model.components().cwiseAbs() - expected.cwiseAbs()).maxCoeff() < 1e-6);
  CHECK(std::sqrt(model.explained_variance()(0) * 150) == doctest::Approx(95.95991387));
  CHECK(std::sqrt(model.explained_variance()(1) * 150) == doctest::Approx(17.76103366));
}

TEST_CASE("projections refuse what they cannot do") {
  Pca model(components(2), kIris, 1);
  CHECK_THROWS_WITH_AS(model.fit(Matrix::Ones(1, 4)),
                       "x has 1 rows; expected at least 2, as there are components",
                       std::invalid_argument);
  Lsa counts({{}, 2}, kIris, 1);
  Matrix x = Matrix::Ones(5, 4);
  x(3, 1) = -1;
  CHECK_THROWS_WITH_AS(counts.fit(x), "x[3, 1] is -1.000000; expected counts, at least 0",
                       std::invalid_argument);
  CHECK_THROWS_AS(counts.inverse_transform(Matrix::Ones(1, 2)), std::logic_error);
}

TEST_CASE("lsa: documents of one subject are alike, though they share no word") {
  // ship, boat, ocean | wood, tree (after Manning, Raghavan & Schütze 2008, §18.4).
  Matrix x(6, 5);
  x << 1, 0, 1, 0, 0,  //
      0, 1, 1, 0, 0,   //
      1, 1, 0, 0, 0,   //
      0, 0, 0, 1, 1,   //
      0, 0, 0, 1, 0,   //
      0, 0, 0, 0, 1;
  Lsa model({{}, 2}, Space::box({5}, 0, 10), 1);
  model.fit(x);
  Matrix ask(3, 5);
  ask << 1, 0, 0, 0, 0,  // a ship
      0, 1, 0, 0, 0,     // a boat
      0, 0, 0, 0, 3;     // trees
  const Matrix z = model.transform(ask);
  const auto cosine = [&](Eigen::Index a, Eigen::Index b) {
    return z.row(a).dot(z.row(b)) / (z.row(a).norm() * z.row(b).norm());
  };
  CHECK(cosine(0, 1) > 0.99f);
  CHECK(std::abs(cosine(0, 2)) < 0.01f);
}

// scikit-learn 1.2.1.
TEST_CASE("linear_discriminant: iris") {
  const Iris iris = read_iris();
  LinearDiscriminant model({}, kIris, 3, 1);
  model.fit(iris.x, iris.labels);
  CHECK(model.directions() == 2);
  CHECK(model.explained_share()(0) == doctest::Approx(0.9912126).epsilon(1e-6));
  const auto found = model.predict(iris.x);
  int right = 0;
  for (std::size_t i = 0; i < 150; ++i) right += found[i] == iris.labels[i];
  CHECK(right == 147);
  const Matrix p = model.predict_probabilities(iris.x(std::vector<int>{70, 77, 133}, Eigen::all));
  CHECK(p(0, 1) == doctest::Approx(0.253228225).epsilon(1e-4));
  CHECK(p(1, 1) == doctest::Approx(0.689213119).epsilon(1e-4));
  CHECK(p(2, 2) == doctest::Approx(0.270611872).epsilon(1e-4));
  // Along its directions the classes have covariance 1.
  const Matrix z = model.project(iris.x);
  double within = 0;
  for (int label = 0; label < 3; ++label) {
    const auto part = z.col(0).segment(50 * label, 50);
    within += static_cast<double>((part.array() - part.mean()).square().sum());
  }
  CHECK(within / 147 == doctest::Approx(1).epsilon(1e-3));
}

TEST_CASE("digamma: known values, and the recurrence") {
  CHECK(std::abs(digamma(1) + 0.57721566490153286) < 1e-12);
  CHECK(std::abs(digamma(0.5) + 1.9635100260214235) < 1e-12);
  for (const double x : {0.01, 0.7, 3.3, 40.0})
    CHECK(std::abs(digamma(x + 1) - digamma(x) - 1 / x) < 1e-11 * (1 + 1 / x));
}

TEST_CASE("latent_dirichlet: finds the topics that documents were made from") {
  // Words 0 to 4 are of one topic, 5 to 9 of the other; documents are of one or of both.
  Random random(5);
  Matrix x = Matrix::Zero(300, 10);
  std::vector<double> share;
  for (Eigen::Index row = 0; row < 300; ++row) {
    share.push_back(row % 3 == 0 ? 1 : row % 3 == 1 ? 0 : 0.5);
    for (int word = 0; word < 40; ++word)
      x(row, (random.bernoulli(share.back()) ? 0 : 5) + random.below(5)) += 1;
  }
  for (const bool online : {false, true}) {
    LatentDirichletSettings settings;
    settings.topics = 2;
    settings.online = online;
    settings.batch = 30;
    LatentDirichlet model(settings, Space::box({10}, 0, 100), 3),
        less(settings, Space::box({10}, 0, 100), 3);
    model.fit(x);
    const RowMatrixXd topics = model.topics();
    const Eigen::Index first = topics(0, 0) > topics(1, 0) ? 0 : 1;
    CHECK(topics.row(first).head(5).sum() > 0.97);
    CHECK(topics.row(1 - first).tail(5).sum() > 0.97);
    const Matrix z = model.transform(x);
    double error = 0;
    for (Eigen::Index row = 0; row < 300; ++row)
      error += std::abs(static_cast<double>(z(row, first)) - share[static_cast<std::size_t>(row)]);
    CHECK(error / 300 < 0.1);
    // Two topics of five words each: a word is one of five, or of ten where both are.
    less.partial_fit(x.topRows(30));
    CHECK(model.perplexity(x) < less.perplexity(x));
    CHECK(model.perplexity(x) < 8);
  }
}
