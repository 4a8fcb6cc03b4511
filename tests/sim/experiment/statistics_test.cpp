#include "sim/experiment/statistics.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "sim/core/random.h"

using namespace sandlot;

TEST_CASE("a summary leaves out what is no number") {
  const std::vector<double> values{1, 3, std::nan(""), std::numeric_limits<double>::infinity()};
  const Summary s = summarize(values);
  CHECK(s.count == 2);
  CHECK(s.mean == 2);
  CHECK(s.deviation == doctest::Approx(std::sqrt(2.0)));
  CHECK(summarize(std::vector<double>{7}).deviation == 0);
  CHECK(std::isnan(summarize({}).mean));
}

TEST_CASE("the interquartile mean is that of the middle half") {
  CHECK(interquartile_mean(std::vector<double>{100, 1, 2, 3, 4, 5, 6, -50}) == 3.5);
  CHECK(interquartile_mean(std::vector<double>{9, 1, 2}) == 4);  // of three, none is cut
  CHECK(interquartile_mean(std::vector<double>{9, 1, 2, 3, 4}) == 3);
  CHECK(std::isnan(interquartile_mean({})));
}

TEST_CASE("the bootstrap's interval covers the truth about as often as it says") {
  int covered = 0;
  constexpr int kTrials = 300;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    Random random(derive(1, "trial", trial));
    std::vector<double> runs(20);
    for (double& x : runs) x = 3 + random.normal();
    const Interval interval = interquartile_interval(runs);
    covered += interval.low <= 3 && 3 <= interval.high;
  }
  // Percentile intervals of 20 runs are known to be a little short of 95 %.
  CHECK(covered > 0.88 * kTrials);
  CHECK(covered < 0.99 * kTrials);
  const Interval same = interquartile_interval(std::vector<double>{5, 5, 5});
  CHECK(same.low == 5);
  CHECK(same.high == 5);
}

TEST_CASE("the probability of improvement counts pairs, ties half") {
  const std::vector<double> a{2, 4}, b{1, 2};
  CHECK(probability_of_improvement(a, b) == (1 + 0.5 + 1 + 1) / 4);
  CHECK(probability_of_improvement(a, b) + probability_of_improvement(b, a) == 1);
  CHECK(std::isnan(probability_of_improvement(a, {})));
}
