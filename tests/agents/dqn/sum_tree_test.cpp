#include "agents/dqn/sum_tree.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "sim/core/random.h"

using namespace sandlot;

namespace {

// The definition: adds weights up one after the other.
std::int64_t naive_find(const std::vector<double>& weights, double prefix) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (prefix < weights[i]) return static_cast<std::int64_t>(i);
    prefix -= weights[i];
  }
  return -1;
}

}  // namespace

TEST_CASE("sum tree: the same as adding up, whole numbers exactly") {
  Random random(1);
  for (const std::int64_t size : {1, 2, 7, 8, 9, 63, 64, 65, 513, 1000}) {
    CAPTURE(size);
    SumTree tree(size);
    std::vector<double> weights(static_cast<std::size_t>(size));
    CHECK(tree.total() == 0);
    for (int round = 0; round < 2000; ++round) {
      const auto i = random.below(static_cast<std::uint32_t>(size));
      weights[i] = random.bernoulli(0.4) ? 0 : random.below(100);
      tree.set(i, weights[i]);
      const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
      REQUIRE(tree.total() == total);
      REQUIRE(tree.weight(i) == weights[i]);
      if (total == 0) continue;
      const double prefix = random.below(static_cast<std::uint32_t>(total));
      REQUIRE(tree.find(prefix) == naive_find(weights, prefix));
      REQUIRE(tree.find(prefix + 0.5) == naive_find(weights, prefix + 0.5));
    }
  }
}

TEST_CASE("sum tree: what is found has a weight, whatever the rounding and the prefix") {
  Random random(2);
  for (int round = 0; round < 300; ++round) {
    const std::int64_t size = 1 + random.below(700);
    SumTree tree(size);
    const int set = 1 + static_cast<int>(random.below(30));
    for (int k = 0; k < set; ++k)
      tree.set(random.below(static_cast<std::uint32_t>(size)),
               std::pow(10.0, random.uniform(-300, 10)));
    for (const double share : {0.0, 0.5, 1.0, 1.0 + 1e-12, 2.0, random.uniform()}) {
      const auto found = tree.find(share * tree.total());
      REQUIRE(found >= 0);
      REQUIRE(found < size);
      REQUIRE(tree.weight(found) > 0);
    }
  }
}

TEST_CASE("sum tree: it is a function of its weights, not of how they came about") {
  Random random(3);
  SumTree one(500), other(500);
  for (int k = 0; k < 5000; ++k) one.set(random.below(500), random.uniform());
  for (std::int64_t i = 499; i >= 0; --i) other.set(i, one.weight(i));
  CHECK(one.total() == other.total());
  for (int k = 0; k < 1000; ++k) {
    const double prefix = random.uniform() * one.total();
    REQUIRE(one.find(prefix) == other.find(prefix));
  }
  std::vector<double> prefixes(77);
  for (double& prefix : prefixes) prefix = random.uniform() * one.total();
  std::vector<std::int64_t> found(77);
  one.find(prefixes, found);
  for (std::size_t i = 0; i < 77; ++i) CHECK(found[i] == one.find(prefixes[i]));
  one.clear();
  CHECK(one.total() == 0);
  CHECK(one.weight(7) == 0);
  CHECK(one.bytes() == (8 + 64 + 504) * sizeof(double));
}
