#include "learners/features/table.h"

#include <doctest/doctest.h>

#include "tests/learners/features/helpers.h"

using namespace sandlot;

TEST_CASE("table: a numbered state is its own feature") {
  const TableFeatures map({}, Space::discrete(12));
  CHECK(map.size() == 12);
  CHECK(map.active() == 1);
  CHECK(map.one_hot());
  CHECK(map.binary());
  for (int s = 0; s < 12; ++s) {
    const FeatureVector f = encode(map, {static_cast<float>(s)});
    CHECK(f.index == std::vector<std::int32_t>{s});
    CHECK(f.value == std::vector<double>{1});
  }
}

TEST_CASE("table: a box is cut into bins, the last value varying fastest") {
  const TableFeatures map({.bins = {2, 4}, .bounds = {}}, Space::box({-1, 0}, {1, 8}));
  CHECK(map.size() == 8);
  CHECK(encode(map, {-1, 0}).index[0] == 0);
  CHECK(encode(map, {-0.01f, 1.99f}).index[0] == 0);
  CHECK(encode(map, {-0.01f, 2}).index[0] == 1);
  CHECK(encode(map, {0, 0}).index[0] == 4);
  CHECK(encode(map, {0.5f, 5}).index[0] == 6);
  CHECK(encode(map, {1, 8}).index[0] == 7);  // the upper ends belong to the last bins
}

TEST_CASE("table: one count stands for all values, bounds override the space's") {
  const TableFeatures map({.bins = {3}, .bounds = {{0, 0}, {3, 30}}}, Space::box({2}, -9, 9));
  CHECK(map.size() == 9);
  CHECK(encode(map, {1.5f, 29}).index[0] == 1 * 3 + 2);
}

TEST_CASE("table: extreme values have a state") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const TableFeatures numbered({}, Space::discrete(5));
  CHECK(encode(numbered, {kInfinity}).index[0] == 4);
  CHECK(encode(numbered, {-kInfinity}).index[0] == 0);
  CHECK(encode(numbered, {kNan}).index[0] == 0);
  CHECK(encode(numbered, {3e9f}).index[0] == 4);
  const TableFeatures boxed({.bins = {10}, .bounds = {}}, Space::box({1}, -1, 1));
  CHECK(encode(boxed, {kInfinity}).index[0] == 9);
  CHECK(encode(boxed, {-kInfinity}).index[0] == 0);
  CHECK(encode(boxed, {kNan}).index[0] == 0);
}
