#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "learners/cluster/dbscan.h"
#include "learners/cluster/k_means.h"
#include "learners/cluster/mean_shift.h"
#include "learners/cluster/scores.h"
#include "sim/core/random.h"
#include "tests/learners/iris.h"

using namespace sandlot;

namespace {

const Space kPlane = Space::box({2}, -100, 100);
const Space kIris = Space::box({4}, 0, 10);

// `count` rows about each of (0, 0), (10, 0) and (0, 10), with deviation 1.
Matrix blobs(int count, Seed seed) {
  Random random(seed);
  Matrix x(3 * count, 2);
  for (int row = 0; row < 3 * count; ++row) {
    x(row, 0) = static_cast<float>(random.normal()) + (row % 3 == 1 ? 10.0f : 0.0f);
    x(row, 1) = static_cast<float>(random.normal()) + (row % 3 == 2 ? 10.0f : 0.0f);
  }
  return x;
}

Matrix scattered(int rows, int columns, Seed seed) {
  Random random(seed);
  Matrix x(rows, columns);
  for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = random.uniform_float();
  return x;
}

template <class C>
std::vector<std::byte> bytes_of(const C& clusterer) {
  Writer out;
  clusterer.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

// Whether two labellings are one up to the names of clusters.
bool same_groups(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b) {
  std::set<std::pair<std::int32_t, std::int32_t>> pairs;
  std::set<std::int32_t> of_a, of_b;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((a[i] == kNoCluster) != (b[i] == kNoCluster)) return false;
    pairs.emplace(a[i], b[i]);
    of_a.insert(a[i]);
    of_b.insert(b[i]);
  }
  return pairs.size() == of_a.size() && pairs.size() == of_b.size();
}

}  // namespace

TEST_CASE("k_means: iris, with the inertia and silhouette that the field's libraries give") {
  const Iris iris = read_iris();
  for (const KMeansMethod method : {KMeansMethod::lloyd, KMeansMethod::bounds}) {
    KMeansSettings settings;
    settings.clusters = 3;
    settings.restarts = 10;
    settings.method = method;
    KMeans model(settings, kIris, 1);
    model.fit(iris.x);
    const auto labels = model.predict(iris.x);
    CHECK(model.inertia() == doctest::Approx(78.85144).epsilon(1e-5));
    CHECK(inertia(iris.x, labels, model.centres()) == doctest::Approx(78.85144).epsilon(1e-5));
    CHECK(silhouette(iris.x, labels) == doctest::Approx(0.55282).epsilon(1e-4));
  }
}

TEST_CASE("k_means: bounds spare comparisons and change nothing") {
  for (Seed seed = 1; seed <= 4; ++seed) {
    const Matrix x = scattered(600, 5, seed);
    KMeansSettings settings;
    settings.clusters = 12;
    settings.tolerance = 0;
    KMeans plain(settings, Space::box({5}, 0, 1), seed);
    settings.method = KMeansMethod::bounds;
    KMeans bounded(settings, Space::box({5}, 0, 1), seed);
    plain.fit(x);
    bounded.fit(x);
    CHECK(bounded.predict(x) == plain.predict(x));
    CHECK(bounded.iterations() == plain.iterations());
    CHECK((bounded.centres() - plain.centres()).cwiseAbs().maxCoeff() < 1e-5f);
  }
}

TEST_CASE("k_means: the number of threads changes no byte") {
  const Matrix x = scattered(3000, 6, 7);
  for (const KMeansMethod method :
       {KMeansMethod::lloyd, KMeansMethod::bounds, KMeansMethod::mini_batch}) {
    KMeansSettings settings;
    settings.method = method;
    KMeans one(settings, Space::box({6}, 0, 1), 3);
    settings.threads = 4;
    KMeans four(settings, Space::box({6}, 0, 1), 3);
    one.fit(x);
    four.fit(x);
    CHECK(bytes_of(one) == bytes_of(four));
  }
}

TEST_CASE("k_means: far from 0 as near it") {
  Matrix x = blobs(100, 5);
  KMeansSettings settings;
  settings.clusters = 3;
  KMeans near(settings, kPlane, 1);
  near.fit(x);
  x.array() += 4096;  // exact in float for most digits that count
  KMeans far(settings, kPlane, 1);
  far.fit(x);
  CHECK(far.inertia() == doctest::Approx(near.inertia()).epsilon(1e-3));
}

TEST_CASE("k_means: mini batches and online learning come near the mean of each group") {
  const Matrix x = blobs(500, 2);
  KMeansSettings settings;
  settings.clusters = 3;
  KMeans exact(settings, kPlane, 1);
  exact.fit(x);
  settings.method = KMeansMethod::mini_batch;
  settings.batch = 64;
  KMeans batches(settings, kPlane, 1), online(settings, kPlane, 1);
  batches.fit(x);
  for (int first = 0; first < 1500; first += 50) online.partial_fit(x.middleRows(first, 50));
  CHECK(batches.inertia() < 1.05 * exact.inertia());
  CHECK(inertia(x, online.predict(x), online.centres()) < 1.05 * exact.inertia());
  CHECK(same_groups(online.predict(x), exact.predict(x)));
}

TEST_CASE("k_means: one cluster learnt row by row is the mean") {
  const Matrix x = scattered(200, 3, 4);
  KMeansSettings settings;
  settings.clusters = 1;
  KMeans model(settings, Space::box({3}, 0, 1), 1);
  for (int row = 0; row < 200; ++row) model.partial_fit(x.middleRows(row, 1));
  CHECK((model.centres() - x.colwise().mean()).cwiseAbs().maxCoeff() < 1e-5f);
}

TEST_CASE("k_means: a weight of 2 is a row twice; no cluster stays empty while rows differ") {
  Matrix x(6, 1);
  x << 0, 0, 0, 0, 5, 9;
  KMeansSettings settings;
  settings.clusters = 3;
  KMeans model(settings, Space::box({1}, 0, 10), 1);
  model.fit(x);
  CHECK(model.inertia() == 0);
  settings.clusters = 2;
  KMeans weighted(settings, Space::box({1}, 0, 10), 1),
      repeated(settings, Space::box({1}, 0, 10), 1);
  Matrix few(4, 1), many(6, 1);
  few << 0, 1, 8, 9;
  many << 0, 1, 1, 8, 9, 9;
  weighted.fit(few, std::vector<float>{1, 2, 1, 2});
  repeated.fit(many);
  CHECK(weighted.inertia() == doctest::Approx(repeated.inertia()));
}

TEST_CASE("k_means: fewer rows than clusters are refused") {
  KMeans model({}, kPlane, 1);
  CHECK_THROWS_WITH_AS(model.fit(blobs(2, 1)), "x has 6 rows; expected at least 8, one per cluster",
                       std::invalid_argument);
}

TEST_CASE("neighbours within a radius are those that a look at every row finds") {
  for (const int columns : {2, 20}) {
    const Matrix x = scattered(3000, columns, 9);
    for (const NeighbourMethod method : {NeighbourMethod::kd_tree, NeighbourMethod::brute}) {
      NeighbourIndex index(method, static_cast<std::size_t>(columns));
      index.add(x.topRows(2900), std::vector<float>(2900, 1));
      index.add(x.bottomRows(100), std::vector<float>(100, 1));
      const float reach = columns == 2 ? 0.01f : 2.0f;
      std::vector<Neighbour> found;
      for (Eigen::Index row = 0; row < 40; ++row) {
        index.within(x.row(row).data(), reach, found);
        std::vector<std::uint32_t> rows, expected;
        for (const Neighbour& n : found) rows.push_back(n.row);
        std::sort(rows.begin(), rows.end());
        for (Eigen::Index other = 0; other < x.rows(); ++other) {
          float sum = 0;
          for (Eigen::Index c = 0; c < columns; ++c)
            sum += (x(other, c) - x(row, c)) * (x(other, c) - x(row, c));
          if (sum <= reach) expected.push_back(static_cast<std::uint32_t>(other));
        }
        CHECK(rows == expected);
      }
    }
  }
}

TEST_CASE("dbscan: iris has two clusters and 17 rows of noise") {
  const Iris iris = read_iris();
  Dbscan model({}, kIris, 1);
  model.fit(iris.x);
  CHECK(model.clusters() == 2);
  const std::vector<std::int32_t> labels(model.labels().begin(), model.labels().end());
  CHECK(std::count(labels.begin(), labels.end(), kNoCluster) == 17);
  CHECK(std::count(labels.begin(), labels.end(), 0) == 49);
  CHECK(std::count(labels.begin(), labels.end(), 1) == 84);
  CHECK(model.predict(iris.x) == labels);
}

TEST_CASE("dbscan: equal to a slow search over all pairs") {
  for (Seed seed = 1; seed <= 3; ++seed) {
    const Matrix x = scattered(1500, 2, seed);
    DbscanSettings settings;
    settings.radius = 0.022;
    Dbscan model(settings, Space::box({2}, 0, 1), 1);
    model.fit(x);
    // Core rows that are near are joined until nothing changes.
    const auto near = [&](Eigen::Index a, Eigen::Index b) {
      return static_cast<double>((x.row(a) - x.row(b)).squaredNorm()) <= 0.022 * 0.022;
    };
    const Eigen::Index rows = x.rows();
    std::vector<std::vector<Eigen::Index>> around(1500);
    for (Eigen::Index a = 0; a < rows; ++a)
      for (Eigen::Index b = 0; b < rows; ++b)
        if (near(a, b)) around[static_cast<std::size_t>(a)].push_back(b);
    std::vector<std::int32_t> group(1500, kNoCluster);
    for (std::size_t i = 0; i < 1500; ++i)
      if (around[i].size() >= 5) group[i] = static_cast<std::int32_t>(i);
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 0; i < 1500; ++i) {
        if (around[i].size() < 5) continue;
        for (const auto other : around[i]) {
          const auto j = static_cast<std::size_t>(other);
          if (around[j].size() < 5 || group[j] <= group[i]) continue;
          group[j] = group[i];
          changed = true;
        }
      }
    }
    for (std::size_t i = 0; i < 1500; ++i) {
      if (around[i].size() >= 5) continue;
      for (const auto other : around[i]) {
        const auto j = static_cast<std::size_t>(other);
        if (around[j].size() >= 5 && (group[i] == kNoCluster || group[j] < group[i]))
          group[i] = group[j];
      }
    }
    CHECK(model.clusters() > 5);
    CHECK(same_groups(model.predict(x), group));
  }
}

TEST_CASE("dbscan: what is unlike all that was learnt belongs to none") {
  DbscanSettings settings;
  settings.radius = 1;
  Dbscan model(settings, kPlane, 1);
  model.fit(blobs(200, 3));
  CHECK(model.clusters() == 3);
  Matrix x(2, 2);
  x << 0.1f, 0.2f, 5, 50;
  const auto labels = model.predict(x);
  CHECK(labels[0] != kNoCluster);
  CHECK(labels[1] == kNoCluster);
}

TEST_CASE(
    "mean_shift: finds the modes of three groups by either kernel, from rows or from a grid") {
  const Matrix x = blobs(150, 6);
  std::vector<std::int32_t> truth;
  for (int row = 0; row < 450; ++row) truth.push_back(row % 3);
  for (const MeanShiftKernel kernel : {MeanShiftKernel::flat, MeanShiftKernel::gaussian})
    for (const bool grid : {false, true}) {
      MeanShiftSettings settings;
      settings.kernel = kernel;
      settings.bandwidth = kernel == MeanShiftKernel::flat ? 3 : 1.2;
      settings.bin_seeding = grid;
      MeanShift model(settings, kPlane, 1);
      model.fit(x);
      CHECK(model.clusters() == 3);
      CHECK(same_groups(model.predict(x), truth));
    }
}

TEST_CASE("mean_shift: the bandwidth is estimated as the field's libraries do") {
  const Iris iris = read_iris();
  MeanShift model({}, kIris, 1);
  model.fit(iris.x);
  CHECK(model.bandwidth() == doctest::Approx(1.2020768).epsilon(1e-5));
  MeanShiftSettings alike;
  alike.quantile = 0.3;
  MeanShift same(alike, kPlane, 1);
  CHECK_THROWS_AS(same.fit(Matrix::Ones(20, 2)), std::invalid_argument);
}

TEST_CASE("silhouette: two groups worked out by hand, and what has none") {
  Matrix x(4, 1);
  x << 0, 1, 4, 6;
  // a: 1, 1, 2, 2; b: 5, 4, 3.5, 5.5.
  const double mean = (4.0 / 5 + 3.0 / 4 + 1.5 / 3.5 + 3.5 / 5.5) / 4;
  CHECK(silhouette(x, std::vector<std::int32_t>{0, 0, 1, 1}) == doctest::Approx(mean));
  CHECK_THROWS_AS(silhouette(x, std::vector<std::int32_t>{0, 0, 0, kNoCluster}),
                  std::invalid_argument);
}
