#include "agents/tabular/exploration.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace sandlot;
using doctest::Approx;

namespace {

using Mask = std::vector<std::uint8_t>;
using Visits = std::vector<std::uint32_t>;

Exploration make(ExplorationKind kind, double rate) {
  ExplorationSettings s;
  s.kind = kind;
  s.epsilon = s.temperature = s.confidence = rate;
  Exploration exploration(s);
  exploration.set_rates(0);
  return exploration;
}

std::vector<double> probabilities(const Exploration& exploration, const std::vector<double>& values,
                                  const Mask& legal = {}, const Visits& visits = {}) {
  std::vector<double> out(values.size());
  exploration.probabilities(values, legal, visits, out);
  return out;
}

void check_equal(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t a = 0; a < found.size(); ++a) CHECK(found[a] == Approx(expected[a]));
}

// Pearson's statistic over 20,000 draws; what has no probability must never be drawn.
void check_frequencies(Exploration& exploration, const std::vector<double>& values,
                       const Mask& legal, const Visits& visits) {
  // 99.9% quantiles of χ² for 0 … 4 degrees of freedom.
  const double quantiles[] = {1e-12, 10.83, 13.82, 16.27, 18.47};
  constexpr int kDraws = 20000;
  const auto expected = probabilities(exploration, values, legal, visits);
  std::vector<int> count(values.size());
  Random random(derive(1, "draws"));
  for (int i = 0; i < kDraws; ++i)
    ++count[static_cast<std::size_t>(exploration.choose(values, legal, visits, random))];
  double statistic = 0;
  int possible = 0;
  for (std::size_t a = 0; a < values.size(); ++a) {
    if (expected[a] == 0) {
      CHECK(count[a] == 0);
      continue;
    }
    ++possible;
    statistic += std::pow(count[a] - kDraws * expected[a], 2) / (kDraws * expected[a]);
  }
  CHECK(statistic < quantiles[possible - 1]);
}

}  // namespace

TEST_CASE("exploration: epsilon-greedy by hand") {
  const auto e = make(ExplorationKind::epsilon_greedy, 0.2);
  check_equal(probabilities(e, {1, 3, 3, 2}), {0.05, 0.45, 0.45, 0.05});
  check_equal(probabilities(e, {1, 3, 3, 2}, {1, 0, 1, 1}), {0.2 / 3, 0, 0.8 + 0.2 / 3, 0.2 / 3});
  check_equal(probabilities(e, {1, 3, 3, 2}, {1, 0, 0, 1}), {0.1, 0, 0, 0.9});
  check_equal(probabilities(make(ExplorationKind::epsilon_greedy, 0), {5, 1}), {1, 0});
  check_equal(probabilities(make(ExplorationKind::epsilon_greedy, 1), {5, 1}), {0.5, 0.5});
}

TEST_CASE("exploration: softmax by hand") {
  const auto e = make(ExplorationKind::softmax, 0.5);
  const double a = std::exp(2.0), b = std::exp(4.0), c = std::exp(0.0);
  check_equal(probabilities(e, {1, 2, 0}), {a / (a + b + c), b / (a + b + c), c / (a + b + c)});
  check_equal(probabilities(e, {1, 2, 0}, {1, 0, 1}), {a / (a + c), 0, c / (a + c)});
  // Values far apart or large neither overflow nor underflow to nothing.
  check_equal(probabilities(e, {1e6, 1e6, -1e6}), {0.5, 0.5, 0});
}

TEST_CASE("exploration: upper confidence bounds by hand") {
  const auto e = make(ExplorationKind::ucb, 2);
  // What was never tried comes first.
  check_equal(probabilities(e, {9, 0, 0}, {}, {5, 0, 0}), {0, 0.5, 0.5});
  check_equal(probabilities(e, {9, 0, 0}, {1, 1, 0}, {5, 0, 0}), {0, 1, 0});
  // 1 + 2 √(ln 12 / 8) = 2.115; 0.5 + 2 √(ln 12 / 4) = 2.076
  check_equal(probabilities(e, {1, 0.5}, {}, {8, 4}), {1, 0});
  // 1 + 2 √(ln 12 / 9) = 2.051; 0.5 + 2 √(ln 12 / 3) = 2.320
  check_equal(probabilities(e, {1, 0.5}, {}, {9, 3}), {0, 1});
}

TEST_CASE("exploration: choices come as often as their probabilities say") {
  for (const auto kind :
       {ExplorationKind::epsilon_greedy, ExplorationKind::softmax, ExplorationKind::ucb}) {
    CAPTURE(static_cast<int>(kind));
    for (const double rate : {0.3, 1.0}) {
      auto e = make(kind, rate);
      const Visits visits{4, 2, 2, 7, 4};
      check_frequencies(e, {1, 2, 2, 0.5, 1.5}, {}, visits);
      check_frequencies(e, {1, 2, 2, 0.5, 1.5}, {1, 0, 1, 1, 0}, visits);
      check_frequencies(e, {0, 0, 0, 0, 0}, {0, 1, 1, 0, 1}, {0, 0, 0, 0, 0});
      check_frequencies(e, {3, 2, 2, 0.5, 1.5}, {0, 0, 0, 1, 0}, visits);
    }
  }
}

TEST_CASE("exploration: legal actions are chosen even where values have diverged") {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const auto kind :
       {ExplorationKind::epsilon_greedy, ExplorationKind::softmax, ExplorationKind::ucb}) {
    CAPTURE(static_cast<int>(kind));
    for (const double broken : {kNan, kInfinity, -kInfinity}) {
      auto e = make(kind, 0.1);
      const std::vector<double> values(4, broken);
      const Visits visits{1, 1, 1, 1};
      check_equal(probabilities(e, values, {0, 1, 0, 1}, visits), {0, 0.5, 0, 0.5});
      check_frequencies(e, values, {0, 1, 0, 1}, visits);
    }
  }
}

TEST_CASE("exploration: uniform_action takes every legal action alike") {
  Random random(4);
  std::vector<int> count(4);
  for (int i = 0; i < 9000; ++i)
    ++count[static_cast<std::size_t>(uniform_action(4, Mask{1, 0, 1, 1}, random))];
  CHECK(count[1] == 0);
  double statistic = 0;
  for (const std::size_t a : {0u, 2u, 3u}) statistic += std::pow(count[a] - 3000, 2) / 3000;
  CHECK(statistic < 13.82);  // 99.9% of χ² with 2 degrees of freedom
}

TEST_CASE("schedules: constant, linear, exponential, piecewise") {
  const Schedule constant = 0.3;
  CHECK(constant.at(0) == 0.3);
  CHECK(constant.at(1'000'000'000) == 0.3);
  const Schedule linear = Schedule::linear(1, 0.2, 100);
  CHECK(linear.at(0) == 1);
  CHECK(linear.at(25) == Approx(0.8));
  CHECK(linear.at(100) == 0.2);
  CHECK(linear.at(101) == 0.2);
  const Schedule exponential = Schedule::exponential(1, 0.01, 100);
  CHECK(exponential.at(0) == 1);
  CHECK(exponential.at(50) == Approx(0.1));
  CHECK(exponential.at(100) == 0.01);
  CHECK(exponential.at(1000) == 0.01);
  const Schedule piecewise = Schedule::piecewise({{10, 1}, {20, 0}, {20, 5}, {40, 3}});
  CHECK(piecewise.at(0) == 1);
  CHECK(piecewise.at(15) == Approx(0.5));
  CHECK(piecewise.at(20) == Approx(5));
  CHECK(piecewise.at(30) == Approx(4));
  CHECK(piecewise.at(99) == 3);
}

TEST_CASE("schedules: exploration follows its own at each step") {
  ExplorationSettings s;
  s.epsilon = Schedule::linear(1, 0, 10);
  Exploration e(s);
  for (const int step : {0, 5, 10, 20}) {
    e.set_rates(step);
    const double epsilon = step >= 10 ? 0 : 1 - step / 10.0;
    check_equal(probabilities(e, {1, 0}), {1 - epsilon / 2, epsilon / 2});
  }
}
