// Decision trees against a slow twin that tries every threshold on the plain numbers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "learners/classical/tree_learners.h"
#include "tests/learners/classical/trees.h"

using namespace sandlot;
using namespace sandlot::tests;

namespace {

// Sum of squares about the mean, of the rows of y that are chosen, over all outputs.
double squared_error(const Matrix& y, const std::vector<Eigen::Index>& rows) {
  double error = 0;
  for (Eigen::Index k = 0; k < y.cols(); ++k) {
    double mean = 0;
    for (const Eigen::Index row : rows) mean += y(row, k);
    mean /= static_cast<double>(rows.size());
    for (const Eigen::Index row : rows) error += std::pow(y(row, k) - mean, 2);
  }
  return error;
}

double impurity(const std::vector<std::int32_t>& labels, const std::vector<Eigen::Index>& rows,
                int classes, ClassCriterion criterion) {
  std::vector<double> shares(static_cast<std::size_t>(classes));
  for (const Eigen::Index row : rows)
    shares[static_cast<std::size_t>(labels[static_cast<std::size_t>(row)])] +=
        1.0 / static_cast<double>(rows.size());
  double sum = criterion == ClassCriterion::gini ? 1 : 0;
  for (const double p : shares)
    sum -= criterion == ClassCriterion::gini ? p * p : (p > 0 ? p * std::log2(p) : 0);
  return sum * static_cast<double>(rows.size());
}

// The least total impurity of two sides, over all columns and thresholds.
template <class Impurity>
double least_after_split(const Matrix& x, std::size_t least_leaf, Impurity impurity_of) {
  double best = std::numeric_limits<double>::infinity();
  for (Eigen::Index column = 0; column < x.cols(); ++column)
    for (Eigen::Index cut = 0; cut < x.rows(); ++cut) {
      std::vector<Eigen::Index> left, right;
      for (Eigen::Index row = 0; row < x.rows(); ++row)
        (x(row, column) <= x(cut, column) ? left : right).push_back(row);
      if (right.empty() || std::min(left.size(), right.size()) < least_leaf) continue;
      best = std::min(best, impurity_of(left) + impurity_of(right));
    }
  return best;
}

// The rows of each leaf, told apart by their predictions.
template <class Same>
std::vector<std::vector<Eigen::Index>> sides(Eigen::Index rows, Same same) {
  std::vector<std::vector<Eigen::Index>> found;
  for (Eigen::Index row = 0; row < rows; ++row) {
    const auto side = std::find_if(found.begin(), found.end(),
                                   [&](const auto& s) { return same(s.front(), row); });
    if (side == found.end())
      found.push_back({row});
    else
      side->push_back(row);
  }
  return found;
}

}  // namespace

TEST_CASE("decision tree: the first split of a regression is the best there is") {
  for (Seed seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    const int outputs = seed % 3 == 0 ? 3 : 1;
    const Examples e = noisy(40, 4, outputs, seed);
    const auto least_leaf = static_cast<std::size_t>(1 + seed % 4);
    TreeRegressor::Settings settings;
    settings.max_depth = 1;
    settings.min_samples_leaf = static_cast<double>(least_leaf);
    settings.splitter = seed % 2 == 0 ? Splitter::exact : Splitter::histogram;
    TreeRegressor tree(settings, numbers(4), outputs, seed);
    tree.fit(e.x, e.y);
    const Matrix guess = tree.predict(e.x);
    double error = 0;
    for (const auto& side :
         sides(e.x.rows(), [&](auto a, auto b) { return guess.row(a) == guess.row(b); }))
      error += squared_error(e.y, side);
    CHECK(error == doctest::Approx(least_after_split(e.x, least_leaf, [&](const auto& rows) {
            return squared_error(e.y, rows);
          })));
    CHECK(static_cast<double>((guess - e.y).squaredNorm()) == doctest::Approx(error));
  }
}

TEST_CASE("decision tree: the first split of a classification is the best there is") {
  for (Seed seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    const int classes = seed % 3 == 0 ? 2 : 4;
    const Examples e = noisy(40, 4, 1, seed, classes);
    TreeClassifier::Settings settings;
    settings.max_depth = 1;
    settings.criterion = seed % 2 == 0 ? ClassCriterion::gini : ClassCriterion::entropy;
    TreeClassifier tree(settings, numbers(4), classes, seed);
    tree.fit(e.x, e.labels);
    const Matrix guess = tree.predict_probabilities(e.x);
    double total = 0;
    const auto impurity_of = [&](const auto& rows) {
      return impurity(e.labels, rows, classes, settings.criterion);
    };
    for (const auto& side :
         sides(e.x.rows(), [&](auto a, auto b) { return guess.row(a) == guess.row(b); }))
      total += impurity_of(side);
    CHECK(total == doctest::Approx(least_after_split(e.x, 1, impurity_of)));
    CHECK(guess.rowwise().sum().isApproxToConstant(1.0f));
  }
}

TEST_CASE("decision tree: without limits it knows its examples by heart") {
  const Examples e = noisy(300, 5, 2, 3, 3);
  for (const Splitter splitter : {Splitter::exact, Splitter::histogram}) {
    TreeRegressor::Settings settings;
    settings.splitter = splitter;
    TreeRegressor tree(settings, numbers(5), 2, 1);
    tree.fit(e.x, e.y);
    // 300 distinct values share 255 bins: rows that agree in every column's bin are not told apart.
    if (splitter == Splitter::exact) CHECK(tree.predict(e.x) == e.y);
    CHECK((tree.predict(e.x) - e.y).norm() / e.y.norm() < 0.1f);
    TreeClassifier::Settings classes;
    classes.splitter = splitter;
    TreeClassifier classifier(classes, numbers(5), 3, 1);
    classifier.fit(e.x, e.labels);
    if (splitter == Splitter::exact) CHECK(classifier.predict(e.x) == e.labels);
  }
}

TEST_CASE("decision tree: exclusive or, of which the first split gains nothing") {
  Matrix x(4, 2);
  x << 0, 0, 0, 1, 1, 0, 1, 1;
  const std::vector<std::int32_t> labels{0, 1, 1, 0};
  TreeClassifier tree({}, numbers(2), 2, 1);
  tree.fit(x, labels);
  CHECK(tree.predict(x) == labels);
  CHECK(tree.leaves() == 4);
}

TEST_CASE("decision tree: counted and exact thresholds agree where bins hold one value each") {
  Examples e = noisy(2000, 6, 1, 5, 3);
  e.x = (e.x * 20).array().round();  // fewer than 255 values
  TreeClassifier::Settings exact, counted;
  exact.splitter = Splitter::exact;
  counted.splitter = Splitter::histogram;
  TreeClassifier a(exact, numbers(6), 3, 1), b(counted, numbers(6), 3, 1);
  a.fit(e.x, e.labels);
  b.fit(e.x, e.labels);
  CHECK(saved(a) == saved(b));
}

TEST_CASE("decision tree: a column of its own values is cut halfway between neighbours") {
  Matrix x(4, 1), y(4, 1), probe(2, 1);
  x << 1, 2, 6, 7;
  y << 0, 0, 1, 1;
  probe << 3.9f, 4.1f;
  TreeRegressor tree({}, numbers(1), 1, 1);
  tree.fit(x, y);
  CHECK(tree.predict(probe)(0, 0) == 0);
  CHECK(tree.predict(probe)(1, 0) == 1);
}

TEST_CASE("decision tree: a weight is a number of rows") {
  const Examples e = noisy(120, 3, 1, 8, 3);
  std::vector<float> weights;
  for (int i = 0; i < 120; ++i) weights.push_back(static_cast<float>(i % 4));
  const Examples repeated = repeat(e, weights);
  TreeRegressor::Settings settings;
  settings.min_samples_leaf = 5;
  settings.min_samples_split = 12;
  TreeRegressor a(settings, numbers(3), 1, 1), b(settings, numbers(3), 1, 1);
  a.fit(e.x, e.y, weights);
  b.fit(repeated.x, repeated.y);
  CHECK(a.leaves() == b.leaves());
  CHECK(a.predict(e.x).isApprox(b.predict(e.x), 1e-5f));
  TreeClassifier::Settings classes;
  classes.min_samples_leaf = 5;
  TreeClassifier c(classes, numbers(3), 3, 1), d(classes, numbers(3), 3, 1);
  c.fit(e.x, e.labels, weights);
  d.fit(repeated.x, repeated.labels);
  CHECK(c.predict_probabilities(e.x).isApprox(d.predict_probabilities(e.x), 1e-5f));
}

TEST_CASE("decision tree: limits hold") {
  const Examples e = noisy(500, 4, 1, 9);
  TreeRegressor::Settings settings;
  settings.max_leaf_nodes = 7;
  TreeRegressor seven(settings, numbers(4), 1, 1);
  seven.fit(e.x, e.y);
  CHECK(seven.leaves() == 7);
  settings.max_leaf_nodes = 0;
  settings.max_depth = 3;
  TreeRegressor shallow(settings, numbers(4), 1, 1);
  shallow.fit(e.x, e.y);
  CHECK(shallow.leaves() == 8);
  settings.max_depth = 0;
  settings.min_impurity_decrease = 1e6;
  TreeRegressor stump(settings, numbers(4), 1, 1);
  stump.fit(e.x, e.y);
  CHECK(stump.leaves() == 1);
  CHECK(stump.predict(e.x)(0, 0) == doctest::Approx(e.y.mean()));
}

TEST_CASE("decision tree: pruning goes from the whole tree to the root, by the weakest link") {
  // A step of height 10 and one of height 2 within: their splits save 25 and 0.5 of the mean
  // square.
  Matrix x(8, 1), y(8, 1);
  x << 1, 2, 3, 4, 5, 6, 7, 8;
  y << 0, 0, 2, 2, 11, 11, 11, 11;
  const auto leaves = [&](double alpha) {
    TreeRegressor::Settings settings;
    settings.alpha = alpha;
    TreeRegressor tree(settings, numbers(1), 1, 1);
    tree.fit(x, y);
    return tree.leaves();
  };
  CHECK(leaves(0) == 3);
  CHECK(leaves(0.49) == 3);
  CHECK(leaves(0.51) == 2);
  CHECK(leaves(24.9) == 2);
  CHECK(leaves(25.1) == 1);
}

TEST_CASE("decision tree: importances find the column that counts") {
  Random random(4);
  Matrix x(400, 5), y(400, 1);
  for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = random.uniform_float();
  y = x.col(3) * 3 + 0.2f * x.col(1);
  TreeRegressor tree({}, numbers(5), 1, 1);
  tree.fit(x, y);
  const auto importances = tree.importances();
  REQUIRE(importances.size() == 5);
  CHECK(importances[3] > 0.9);
  CHECK(importances[1] > importances[0]);
  CHECK(std::accumulate(importances.begin(), importances.end(), 0.0) == doctest::Approx(1));
}

TEST_CASE("decision tree: what is missing goes to the side that it is like") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const float missing_y : {0.0f, 10.0f}) {
    Matrix x(6, 1), y(6, 1);
    x << 1, 2, nan, 8, 9, nan;
    y << 0, 0, missing_y, 10, 10, missing_y;
    TreeRegressor tree({}, numbers(1), 1, 1);
    tree.fit(x, y);
    CHECK(tree.predict(x) == y);
    CHECK(tree.leaves() == 2);
  }
  Matrix x(4, 1), y(4, 1);  // only being missing tells anything
  x << 1, nan, 2, nan;
  y << 0, 5, 0, 5;
  TreeRegressor tree({}, numbers(1), 1, 1);
  tree.fit(x, y);
  CHECK(tree.predict(x) == y);
  // Where nothing was missing, what is goes with the larger part.
  Matrix known(4, 1), known_y(4, 1), probe(1, 1);
  known << 1, 2, 3, 9;
  known_y << 1, 1, 1, 7;
  probe << nan;
  tree.fit(known, known_y);
  CHECK(tree.predict(probe)(0, 0) == 1);
}

TEST_CASE("decision tree: the numbers of a discrete input are categories") {
  const Space states = Space::discrete(70);
  Matrix x(70, 1), y(70, 1);
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 70; ++i) {
    x(i, 0) = static_cast<float>(i);
    y(i, 0) = static_cast<float>(i % 2);
    labels.push_back(i % 3);
  }
  TreeRegressor::Settings settings;
  settings.max_depth = 1;  // one set of numbers tells odd from even
  TreeRegressor tree(settings, states, 1, 1);
  tree.fit(x, y);
  CHECK(tree.predict(x) == y);
  TreeClassifier::Settings two;
  two.max_depth = 2;
  TreeClassifier classifier(two, states, 3, 1);
  classifier.fit(x, labels);
  CHECK(classifier.predict(x) == labels);
  // A number that was never seen goes with the larger part.
  Matrix some(3, 1), some_y(3, 1), unseen(1, 1);
  some << 4, 5, 40;
  some_y << 3, 3, 9;
  unseen << 69;
  tree.fit(some, some_y);
  CHECK(tree.predict(some) == some_y);
  CHECK(tree.predict(unseen)(0, 0) == 3);
}

TEST_CASE("decision tree: data with nothing to learn") {
  Matrix one(1, 2), y(1, 1);
  one << 3, 4;
  y << 7;
  TreeRegressor tree({}, numbers(2), 1, 1);
  tree.fit(one, y);
  CHECK(tree.predict(one)(0, 0) == 7);
  CHECK(tree.leaves() == 1);
  Matrix same = Matrix::Constant(50, 2, 1.5f);
  const Examples e = noisy(50, 2, 1, 2, 2);
  tree.fit(same, e.y);
  CHECK(tree.leaves() == 1);
  CHECK(tree.predict(same)(0, 0) == doctest::Approx(e.y.mean()));
  TreeClassifier classifier({}, numbers(2), 3, 1);
  classifier.fit(e.x, std::vector<std::int32_t>(50, 2));
  CHECK(classifier.predict_probabilities(e.x).col(2).isOnes());
  CHECK(classifier.leaves() == 1);
  const Examples wide = noisy(5, 40, 1, 6);
  TreeRegressor of_wide({}, numbers(40), 1, 1);
  of_wide.fit(wide.x, wide.y);
  CHECK(of_wide.predict(wide.x) == wide.y);
  Matrix infinite = e.x;
  infinite(3, 1) = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH_AS(tree.fit(infinite, e.y), "x[3, 1] is inf; expected a finite number",
                       std::invalid_argument);
}

TEST_CASE("decision tree: saved, loaded, and damaged") {
  const Examples e = noisy(200, 4, 1, 7, 3);
  TreeClassifier tree({}, numbers(4), 3, 1), other({}, numbers(4), 3, 1);
  tree.fit(e.x, e.labels);
  const auto bytes = saved(tree);
  Reader in(bytes);
  other.load(in);
  CHECK(other.predict_probabilities(e.x) == tree.predict_probabilities(e.x));
  CHECK(other.importances() == tree.importances());
  CHECK(saved(other) == bytes);
  survives_damage(bytes, e.x, [] { return TreeClassifier({}, numbers(4), 3, 1); });
}

TEST_CASE("decision tree: one row is predicted as among others") {
  const Examples e = noisy(203, 4, 2, 7);
  TreeRegressor tree({}, numbers(4), 2, 1);
  tree.fit(e.x, e.y);
  const Matrix all = tree.predict(e.x);
  std::vector<float> out(2);
  for (Eigen::Index row = 0; row < e.x.rows(); ++row) {
    tree.predict_row(std::span(e.x.row(row).data(), 4), out);
    CHECK((out[0] == all(row, 0) && out[1] == all(row, 1)));
  }
}
