#include "learners/features/tile_coding.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/learners/features/helpers.h"

using namespace sandlot;

namespace {

int shared(const FeatureVector& a, const FeatureVector& b) {
  int count = 0;
  for (const auto i : a.index) count += static_cast<int>(std::ranges::count(b.index, i));
  return count;
}

}  // namespace

TEST_CASE("tile coding: one tile is on in each tiling, inside that tiling's part") {
  const TileCoding map({.tilings = 8, .tiles = {4, 6}, .bounds = {}}, Space::box({-1, 0}, {1, 10}));
  const std::int32_t part = 5 * 7;
  CHECK(map.size() == 8 * part);
  CHECK(map.active() == 8);
  CHECK(map.binary());
  CHECK_FALSE(map.one_hot());
  Random random(1);
  for (int trial = 0; trial < 5000; ++trial) {
    const bool wild = trial % 2 == 1;
    const FeatureVector f =
        encode(map, {wild ? extreme(random) : static_cast<float>(random.uniform(-1, 1)),
                     wild ? extreme(random) : static_cast<float>(random.uniform(0, 10))});
    REQUIRE(f.index.size() == 8);
    REQUIRE(f.value == std::vector<double>(8, 1.0));
    for (int tiling = 0; tiling < 8; ++tiling)
      REQUIRE(f.index[static_cast<std::size_t>(tiling)] / part == tiling);
  }
}

TEST_CASE("tile coding: along one value, tiling t is shifted by t tilings-ths of a tile") {
  // 4 tiles over [0, 4]: one unit wide; 4 tilings: edges are 0.25 apart.
  const TileCoding map({.tilings = 4, .tiles = {4}, .bounds = {}}, Space::box({1}, 0, 4));
  CHECK(map.size() == 20);
  CHECK(encode(map, {0}).index == std::vector<std::int32_t>{0, 5, 10, 15});
  CHECK(encode(map, {0.25f}).index == std::vector<std::int32_t>{0, 5, 10, 16});
  CHECK(encode(map, {0.5f}).index == std::vector<std::int32_t>{0, 5, 11, 16});
  CHECK(encode(map, {0.75f}).index == std::vector<std::int32_t>{0, 6, 11, 16});
  CHECK(encode(map, {1}).index == std::vector<std::int32_t>{1, 6, 11, 16});
  CHECK(encode(map, {4}).index == std::vector<std::int32_t>{4, 9, 14, 19});
}

TEST_CASE("tile coding: the displacement of two values is (1, 3)") {
  // Along value i the tiling t changes its tile first at the distance that is left of the shift
  // t (2i + 1) mod tilings.
  constexpr int kTilings = 8;
  const TileCoding map({.tilings = kTilings, .tiles = {4}, .bounds = {}}, Space::box({2}, 0, 4));
  const FeatureVector origin = encode(map, {0, 0});
  for (int value = 0; value < 2; ++value) {
    for (int t = 0; t < kTilings; ++t) {
      int first = 0;
      for (int step = 1; step <= kTilings && first == 0; ++step) {
        std::vector<float> at{0, 0};
        at[static_cast<std::size_t>(value)] = static_cast<float>(step) / kTilings;
        const auto i = static_cast<std::size_t>(t);
        if (encode(map, at).index[i] != origin.index[i]) first = step;
      }
      CHECK(first == kTilings - t * (2 * value + 1) % kTilings);
    }
  }
}

TEST_CASE("tile coding: near points share tiles, points a tile apart share none") {
  const TileCoding map({.tilings = 16, .tiles = {8}, .bounds = {}}, Space::box({2}, 0, 8));
  Random random(3);
  for (int trial = 0; trial < 2000; ++trial) {
    const auto x = static_cast<float>(random.uniform(0, 6));
    const auto y = static_cast<float>(random.uniform(0, 6));
    const FeatureVector here = encode(map, {x, y});
    CHECK(shared(here, here) == 16);
    // A step of a k-th of a tile crosses an edge in at most that share of the tilings, rounded up.
    CHECK(shared(here, encode(map, {x + 0.24f, y})) >= 12);
    CHECK(shared(here, encode(map, {x + 0.24f, y})) <= 13);
    CHECK(shared(here, encode(map, {x + 1.01f, y})) == 0);
    CHECK(shared(here, encode(map, {x, y + 1.01f})) == 0);
  }
}

TEST_CASE("tile coding: each tile that is reached has a weight of its own") {
  const TileCoding map({.tilings = 2, .tiles = {2}, .bounds = {}}, Space::box({2}, 0, 2));
  std::set<std::int32_t> seen;
  for (float x = 0; x <= 2; x += 0.125f)
    for (float y = 0; y <= 2; y += 0.125f)
      for (const auto i : encode(map, {x, y}).index) seen.insert(i);
  CHECK(map.size() == 18);
  // In both tilings the last row and column are reached: in the first by the upper ends alone.
  CHECK(seen.size() == 18);
}

TEST_CASE("tile coding: hashed tiles are the same for the same place, and few fall together") {
  const Space plane = Space::box({-1, 0}, {1, 10});
  const TileCoding exact({.tilings = 8, .tiles = {6, 9}, .bounds = {}}, plane);
  const TileCoding hashed({.tilings = 8, .tiles = {6, 9}, .bounds = {}, .memory = 100000}, plane);
  CHECK(hashed.size() == 100000);
  CHECK(hashed.active() == 8);
  std::map<std::int32_t, std::int32_t> hash_of;
  std::set<std::int32_t> hashes;
  Random random(4);
  for (int trial = 0; trial < 5000; ++trial) {
    const std::vector<float> at{static_cast<float>(random.uniform(-1, 1)),
                                static_cast<float>(random.uniform(0, 10))};
    const FeatureVector tile = encode(exact, at), hash = encode(hashed, at);
    REQUIRE(hash.index.size() == 8);
    for (std::size_t k = 0; k < 8; ++k) {
      REQUIRE(hash.index[k] >= 0);
      REQUIRE(hash.index[k] < hashed.size());
      REQUIRE(hash_of.emplace(tile.index[k], hash.index[k]).first->second == hash.index[k]);
      hashes.insert(hash.index[k]);
    }
  }
  // Some 500 tiles in 100,000 places: 500² / 200,000, about one, is expected to fall on another.
  CHECK(hash_of.size() > 450);
  CHECK(hash_of.size() - hashes.size() <= 6);
}
