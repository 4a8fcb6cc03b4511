#include "learners/decompose/tsne.h"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "learners/decompose/quadtree.h"
#include "tests/learners/iris.h"

using namespace sandlot;

namespace {

// Groups of rows in ten dimensions, far apart.
Matrix groups(int count, Seed seed) {
  Random random(seed);
  Matrix x(3 * count, 10);
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    for (Eigen::Index c = 0; c < 10; ++c)
      x(row, c) = static_cast<float>(random.normal()) + (c == row % 3 ? 12.0f : 0.0f);
  return x;
}

}  // namespace

TEST_CASE("quadtree: with angle 0 the sum over all pairs, with a wider one near it") {
  Random random(1);
  std::vector<PlanePoint> points(500);
  for (auto& p : points) p = {random.normal(), 3 * random.normal()};
  points[7] = points[8] = points[9];  // at one place
  Quadtree tree;
  for (int again = 0; again < 2; ++again) {
    tree.build(points);
    for (const std::size_t i : {0u, 7u, 123u, 499u}) {
      Quadtree::Repulsion all;
      for (std::size_t j = 0; j < points.size(); ++j) {
        if (j == i) continue;
        const double dx = points[i].x - points[j].x, dy = points[i].y - points[j].y;
        const double q = 1 / (1 + dx * dx + dy * dy);
        all.sum += q;
        all.x += q * q * dx;
        all.y += q * q * dy;
      }
      const auto exact = tree.repulsion(i, 0), near = tree.repulsion(i, 0.5);
      CHECK(exact.sum == doctest::Approx(all.sum).epsilon(1e-12));
      CHECK(exact.x == doctest::Approx(all.x).epsilon(1e-9));
      CHECK(exact.y == doctest::Approx(all.y).epsilon(1e-9));
      CHECK(near.sum == doctest::Approx(all.sum).epsilon(0.02));
    }
    for (auto& p : points) p.x += 0.3 * p.y;
  }
}

TEST_CASE("tsne: keeps groups together, by either method, and says the same of its divergence") {
  const Matrix x = groups(40, 2);
  TsneSettings settings;
  settings.perplexity = 15;
  for (const TsneMethod method : {TsneMethod::exact, TsneMethod::barnes_hut}) {
    settings.method = method;
    const TsneMap map = tsne(x, settings, 1);
    CHECK(map.points.allFinite());
    int among_its_own = 0;
    for (Eigen::Index row = 0; row < 120; ++row) {
      Eigen::Index nearest = row == 0 ? 1 : 0;
      for (Eigen::Index other = 0; other < 120; ++other)
        if (other != row && (map.points.row(other) - map.points.row(row)).squaredNorm() <
                                (map.points.row(nearest) - map.points.row(row)).squaredNorm())
          nearest = other;
      among_its_own += nearest % 3 == row % 3;
    }
    CHECK(among_its_own == 120);
    CHECK(trustworthiness(x, map.points, 12) > 0.9);
  }
}

TEST_CASE("tsne: the divergence falls with the iterations, and threads change nothing") {
  const Iris iris = read_iris();
  TsneSettings settings;
  settings.method = TsneMethod::barnes_hut;
  settings.iterations = 300;
  const TsneMap early = tsne(iris.x, settings, 1);
  settings.iterations = 1000;
  const TsneMap late = tsne(iris.x, settings, 1);
  CHECK(late.divergence < early.divergence);
  settings.threads = 3;
  const TsneMap threads = tsne(iris.x, settings, 1);
  CHECK(threads.points == late.points);
}

TEST_CASE("trustworthiness: of a map that is the data, and of one that turns it about") {
  Matrix x(8, 1), turned(8, 1);
  x << 0, 1, 2, 3, 4, 5, 6, 7;
  turned << 0, 7, 1, 6, 2, 5, 3, 4;
  CHECK(trustworthiness(x, x, 2) == doctest::Approx(1));
  CHECK(trustworthiness(x, turned, 2) == doctest::Approx(0.7361111));  // as scikit-learn 1.2.1
  CHECK(trustworthiness(x, turned, 3) == doctest::Approx(0.5694444));
}

TEST_CASE("tsne: too few rows for the perplexity are refused") {
  CHECK_THROWS_AS(tsne(Matrix::Ones(80, 2), {}, 1), std::invalid_argument);
  // Equal rows are no reason to fail.
  CHECK(tsne(Matrix::Ones(100, 2), {.iterations = 50}, 1).points.allFinite());
}
