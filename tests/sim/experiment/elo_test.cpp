// Strengths from games, against closed forms.
#include "sim/experiment/elo.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace sandlot;

namespace {

void add(std::vector<GameResult>& games, int a, int b, int wins, int losses) {
  for (int i = 0; i < wins; ++i) games.push_back({a, b, 1});
  for (int i = 0; i < losses; ++i) games.push_back({a, b, 0});
}

}  // namespace

TEST_CASE("elo: two players differ by the logarithm of their wins") {
  std::vector<GameResult> games;
  add(games, 0, 1, 30, 10);
  auto r = bradley_terry(2, games, 0);
  CHECK(r[0].elo - r[1].elo == doctest::Approx(400 * std::log10(3.0)).epsilon(1e-6));
  CHECK(r[0].elo == doctest::Approx(-r[1].elo));
  CHECK(r[0].games == 40);
  CHECK(r[0].score == 30);
  // The variance of the difference is 1 / (N p (1 − p)), that of each about the mean a quarter.
  const double expected = 1.96 * 400 / std::log(10.0) / std::sqrt(40 * 0.75 * 0.25) / 2;
  CHECK(r[0].error == doctest::Approx(expected).epsilon(1e-4));
  // One draw more, as prior.
  r = bradley_terry(2, games, 1);
  CHECK(r[0].elo - r[1].elo == doctest::Approx(400 * std::log10(30.5 / 10.5)).epsilon(1e-6));
  // Who never lost is strong, not infinitely so.
  games.clear();
  add(games, 0, 1, 10, 0);
  r = bradley_terry(2, games, 1);
  CHECK(r[0].elo - r[1].elo == doctest::Approx(400 * std::log10(21.0)).epsilon(1e-6));
}

TEST_CASE("elo: strengths that made the expected results are found again") {
  const double strength[] = {8, 4, 2, 1};
  std::vector<GameResult> games;
  for (int a = 0; a < 4; ++a)
    for (int b = a + 1; b < 4; ++b)
      games.push_back({a, b, strength[a] / (strength[a] + strength[b])});
  const auto r = bradley_terry(4, games, 0);
  for (int i = 0; i < 3; ++i)
    CHECK(r[static_cast<std::size_t>(i)].elo - r[static_cast<std::size_t>(i) + 1].elo ==
          doctest::Approx(400 * std::log10(2.0)).epsilon(1e-4));
  double sum = 0;
  for (const auto& one : r) sum += one.elo;
  CHECK(sum == doctest::Approx(0).epsilon(1e-6));
}

TEST_CASE("elo: shares and their intervals") {
  // Values of Wilson's formula worked out by hand.
  CHECK(wilson(50, 100).low == doctest::Approx(0.40383).epsilon(1e-4));
  CHECK(wilson(50, 100).high == doctest::Approx(0.59617).epsilon(1e-4));
  CHECK(wilson(0, 10).low == 0);
  CHECK(wilson(0, 10).high == doctest::Approx(0.27754).epsilon(1e-4));
  CHECK(wilson(0, 0).high == 1);
}
