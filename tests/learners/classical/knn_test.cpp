// Nearest neighbours: every way to find them against the plainest one.
#include "learners/classical/knn.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/learners/classical/small_data.h"
#include "tests/learners/classical/trees.h"

using namespace sandlot;
using namespace sandlot::tests;

namespace {

// All distances, sorted; weights by repetition: `copies` of a row are that many neighbours.
std::vector<std::uint32_t> naive(const Matrix& x, const float* at, std::size_t k,
                                 const std::vector<float>& weights) {
  std::vector<std::pair<float, std::uint32_t>> all;
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    float sum = 0;
    for (Eigen::Index c = 0; c < x.cols(); ++c) sum += (x(row, c) - at[c]) * (x(row, c) - at[c]);
    const int copies =
        weights.empty() ? 1 : static_cast<int>(weights[static_cast<std::size_t>(row)]);
    for (int i = 0; i < copies; ++i) all.emplace_back(sum, static_cast<std::uint32_t>(row));
  }
  std::sort(all.begin(), all.end());
  std::vector<std::uint32_t> rows;
  for (std::size_t i = 0; i < std::min(k, all.size()); ++i) rows.push_back(all[i].second);
  return rows;
}

// The same rows as often, found by the index, one row or many at a time.
void agrees(const NeighbourIndex& index, const Matrix& x, const std::vector<float>& weights,
            const Matrix& queries, std::size_t k) {
  int differences = 0;
  const auto compare = [&](Eigen::Index row, std::span<const Neighbour> neighbours) {
    std::vector<std::uint32_t> rows;
    for (const Neighbour& n : neighbours)
      for (int i = 0; i < static_cast<int>(n.weight); ++i) rows.push_back(n.row);
    if (rows != naive(x, queries.row(row).data(), k, weights)) ++differences;
  };
  index.search(queries, static_cast<double>(k), 1, compare);
  Nearest nearest;
  for (Eigen::Index row = 0; row < queries.rows(); ++row) {
    index.search(queries.row(row).data(), static_cast<double>(k), nearest);
    compare(row, nearest.finish());
  }
  CHECK(differences == 0);
}

Matrix random_rows(int rows, int columns, Random& random, int grid) {
  Matrix x(rows, columns);
  for (Eigen::Index i = 0; i < x.size(); ++i)
    x.data()[i] = grid > 0 ? static_cast<float>(random.below(static_cast<std::uint32_t>(grid)))
                           : 100 + random.uniform_float();
  return x;
}

}  // namespace

TEST_CASE("nearest neighbours: a tree and the matrix product find what sorting all rows does") {
  Random random(1);
  for (const auto method : {NeighbourMethod::kd_tree, NeighbourMethod::brute}) {
    for (const int columns : {1, 2, 3, 7, 20, 33}) {
      for (const int rows : {1, 5, 63, 64, 65, 700}) {
        for (const int grid : {0, 3}) {  // far from 0 and close together; many that are equal
          CAPTURE(columns);
          CAPTURE(rows);
          const Matrix x = random_rows(rows, columns, random, grid);
          const Matrix queries = random_rows(13, columns, random, grid);
          std::vector<float> ones(static_cast<std::size_t>(rows), 1), weights;
          for (int i = 0; i < rows; ++i) weights.push_back(static_cast<float>(1 + random.below(3)));
          NeighbourIndex index(method, static_cast<std::size_t>(columns)), weighted = index;
          index.add(x, ones);
          weighted.add(x, weights);
          for (const std::size_t k : {1u, 5u, 100u}) {
            agrees(index, x, {}, queries, k);
            agrees(weighted, x, weights, queries, k);
          }
        }
      }
    }
  }
}

TEST_CASE("nearest neighbours: rows that are added count at once") {
  Random random(2);
  for (const auto method :
       {NeighbourMethod::automatic, NeighbourMethod::kd_tree, NeighbourMethod::brute}) {
    const Matrix x = random_rows(2500, 3, random, 0), queries = random_rows(20, 3, random, 0);
    NeighbourIndex index(method, 3);
    const std::vector<float> ones(2500, 1);
    Eigen::Index count = 0;
    for (const Eigen::Index more : {1, 1, 70, 300, 1, 700, 27, 100, 1300}) {
      index.add(x.middleRows(count, more), std::span(ones).first(static_cast<std::size_t>(more)));
      count += more;
      agrees(index, x.topRows(count), {}, queries, 7);
    }
    CHECK(count == 2500);
  }
}

TEST_CASE("nearest neighbours: any number of threads finds the same") {
  Random random(3);
  const Matrix x = random_rows(3000, 20, random, 0), queries = random_rows(1000, 20, random, 0);
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 3000; ++i) labels.push_back(static_cast<std::int32_t>(random.below(4)));
  KnnClassifier::Settings settings;
  KnnClassifier one(settings, numbers(20), 4, 1);
  settings.threads = 3;
  KnnClassifier three(settings, numbers(20), 4, 1);
  one.fit(x, labels);
  three.fit(x, labels);
  CHECK(one.predict_probabilities(queries) == three.predict_probabilities(queries));
}

TEST_CASE("knn: means and votes, by distance too") {
  Matrix x(4, 1), y(4, 2), at(3, 1);
  x << 0, 1, 2, 10;
  y << 1, 10, 2, 20, 6, 60, 100, 1000;
  at << 0.25f, 1, 50;
  KnnSettings settings;
  settings.k = 3;
  KnnRegressor uniform(settings, numbers(1), 2, 1);
  uniform.fit(x, y);
  CHECK(uniform.predict(at)(0, 0) == 3);
  CHECK(uniform.predict(at)(2, 1) == 360);
  settings.weights = NeighbourWeights::distance;
  KnnRegressor weighted(settings, numbers(1), 2, 1);
  weighted.fit(x, y);
  const double shares[] = {1 / 0.25, 1 / 0.75, 1 / 1.75};
  CHECK(static_cast<double>(weighted.predict(at)(0, 0)) ==
        doctest::Approx((shares[0] * 1 + shares[1] * 2 + shares[2] * 6) /
                        (shares[0] + shares[1] + shares[2])));
  CHECK(weighted.predict(at)(1, 0) == 2);  // it is there
  KnnClassifier votes(settings, numbers(1), 3, 1);
  votes.fit(x, std::vector<std::int32_t>{0, 2, 2, 1});
  CHECK(static_cast<double>(votes.predict_probabilities(at)(0, 0)) ==
        doctest::Approx(shares[0] / (shares[0] + shares[1] + shares[2])));
  // Fewer rows than k: all of them. A weight counts as far as k needs it.
  settings.weights = NeighbourWeights::uniform;
  settings.k = 10;
  KnnRegressor few(settings, numbers(1), 2, 1);
  few.fit(x.topRows(2), y.topRows(2), std::vector<float>{1, 0.5f});
  CHECK(static_cast<double>(few.predict(at)(0, 0)) == doctest::Approx((1 + 0.5 * 2) / 1.5));
  settings.k = 1;
  KnnRegressor one(settings, numbers(1), 2, 1);
  one.fit(x.topRows(2), y.topRows(2), std::vector<float>{0.25f, 5});
  CHECK(static_cast<double>(one.predict(at)(0, 0)) == doctest::Approx(0.25 * 1 + 0.75 * 2));
  CHECK(issues_of(KnnSettings{}, Space::discrete(3)) ==
        ": a discrete input's numbers have no distances; expected a box");
  CHECK_THROWS_WITH_AS(KnnRegressor({}, Space::discrete(3), 1, 1),
                       "knn: expected a box, not a discrete input", std::invalid_argument);
}

TEST_CASE("knn: saved in the middle, it goes on as if unbroken") {
  const Examples e = noisy(1200, 3, 2, 4, 3);
  const std::span<const std::int32_t> labels(e.labels);
  KnnClassifier whole({}, numbers(3), 3, 1), first({}, numbers(3), 3, 1),
      second({}, numbers(3), 3, 1);
  whole.fit(e.x, e.labels);
  first.partial_fit(e.x.topRows(900), labels.first(900));
  const auto bytes = saved(first);
  Reader in(bytes);
  second.load(in);
  CHECK(saved(second) == bytes);
  second.partial_fit(e.x.bottomRows(300), labels.subspan(900));
  CHECK(saved(second) == saved(whole));
  CHECK(second.predict_probabilities(e.x) == whole.predict_probabilities(e.x));
  KnnRegressor regressor({}, numbers(3), 2, 1);
  regressor.fit(e.x.topRows(50), e.y.topRows(50));
  survives_damage(saved(regressor), e.x, [] { return KnnRegressor({}, numbers(3), 2, 1); });
}
