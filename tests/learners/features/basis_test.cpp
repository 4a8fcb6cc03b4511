#include "learners/features/basis.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "tests/learners/features/helpers.h"

using namespace sandlot;
using doctest::Approx;

TEST_CASE("fourier: cosines of every frequency vector up to the order") {
  const FourierBasis map({.order = 2, .bounds = {}}, Space::box({-1, 0}, {1, 4}));
  CHECK(map.size() == 9);
  CHECK_FALSE(map.binary());
  const FeatureVector f = encode(map, {-0.5f, 3});  // x = (1/4, 3/4)
  REQUIRE(f.index.size() == 9);
  for (int c1 = 0; c1 < 3; ++c1) {
    for (int c0 = 0; c0 < 3; ++c0) {
      const auto i = static_cast<std::size_t>(3 * c1 + c0);
      CHECK(f.index[i] == 3 * c1 + c0);
      CHECK(f.value[i] == Approx(std::cos(std::numbers::pi * (c0 * 0.25 + c1 * 0.75))));
      const double norm = std::hypot(c0, c1);
      CHECK(map.step_size_factors()[i] == Approx(norm > 0 ? 1 / norm : 1));
    }
  }
  CHECK(f.value[0] == 1);
  CHECK(f.value[4] == Approx(-1));                       // cos π
  CHECK(f.value[1] == Approx(std::numbers::sqrt2 / 2));  // cos π/4
}

TEST_CASE("polynomial: products of powers") {
  const PolynomialBasis map({.order = 2, .bounds = {}}, Space::box({2}, 0, 2));
  CHECK(map.size() == 9);
  CHECK_FALSE(map.binary());
  CHECK(map.step_size_factors().empty());
  const FeatureVector f = encode(map, {1, 0.5f});  // x = (1/2, 1/4)
  const std::vector<double> expected{1, 0.5, 0.25, 0.25, 0.125, 0.0625, 1 / 16., 1 / 32., 1 / 64.};
  REQUIRE(f.value.size() == expected.size());
  for (std::size_t i = 0; i < 9; ++i) CHECK(f.value[i] == Approx(expected[i]));
  CHECK(encode(map, {0, 0}).value[0] == 1);  // 0⁰ is the constant
}

TEST_CASE("radial basis: bumps on a grid whose deviation counts in distances of centres") {
  const RadialBasis map({.centers = 3, .width = 0.5, .bounds = {}}, Space::box({2}, -1, 1));
  CHECK(map.size() == 9);
  CHECK_FALSE(map.binary());
  const FeatureVector f = encode(map, {0, -0.5f});  // x = (1/2, 1/4); centres at 0, 1/2, 1
  for (int c1 = 0; c1 < 3; ++c1) {
    for (int c0 = 0; c0 < 3; ++c0) {
      const double dx = 0.5 - 0.5 * c0, dy = 0.25 - 0.5 * c1, sigma = 0.5 * 0.5;
      CHECK(f.value[static_cast<std::size_t>(3 * c1 + c0)] ==
            Approx(std::exp(-(dx * dx + dy * dy) / (2 * sigma * sigma))));
    }
  }
  CHECK(encode(map, {0, 0}).value[4] == 1);  // on the middle centre
  CHECK(encode(map, {1, 0}).value[4] == Approx(std::exp(-2.0)));
}

TEST_CASE("dense bases: extreme values give finite features, outside is the nearest inside") {
  const Space space = Space::box({2}, -1, 1);
  const FourierBasis fourier({.order = 3, .bounds = {}}, space);
  const PolynomialBasis polynomial({.order = 3, .bounds = {}}, space);
  const RadialBasis radial({.centers = 4, .width = 1, .bounds = {}}, space);
  Random random(5);
  for (const FeatureMap* map :
       {static_cast<const FeatureMap*>(&fourier), static_cast<const FeatureMap*>(&polynomial),
        static_cast<const FeatureMap*>(&radial)}) {
    CHECK(map->active() == map->size());
    CHECK(encode(*map, {-7, 9}).value == encode(*map, {-1, 1}).value);
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    CHECK(encode(*map, {kNan, 0}).value == encode(*map, {-1, 0}).value);
    for (int trial = 0; trial < 1000; ++trial) {
      const FeatureVector f = encode(*map, {extreme(random), extreme(random)});
      REQUIRE(f.value.size() == static_cast<std::size_t>(map->size()));
      for (std::size_t i = 0; i < f.value.size(); ++i) {
        REQUIRE(f.index[i] == static_cast<std::int32_t>(i));
        REQUIRE(std::abs(f.value[i]) <= 1);
      }
    }
  }
}

TEST_CASE("fourier and polynomial: order 0 is a constant") {
  const FourierBasis fourier({.order = 0, .bounds = {}}, Space::box({3}, 0, 1));
  CHECK(encode(fourier, {0.3f, 0.2f, 0.9f}).value == std::vector<double>{1});
  const PolynomialBasis polynomial({.order = 0, .bounds = {}}, Space::box({3}, 0, 1));
  CHECK(encode(polynomial, {0.3f, 0.2f, 0.9f}).value == std::vector<double>{1});
}
