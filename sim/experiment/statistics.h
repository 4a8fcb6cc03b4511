// What several runs say together (Agarwal et al. 2021, "Deep reinforcement learning at the edge of
// the statistical precipice").
#pragma once

#include <span>

namespace sandlot {

// NaN and infinities do not count.
struct Summary {
  double mean = 0;       // NaN where there is no number
  double deviation = 0;  // of a sample; 0 for one number
  std::size_t count = 0;
};
Summary summarize(std::span<const double> values);

// The mean of the middle half, where a quarter of the values, rounded down, is cut from each end.
double interquartile_mean(std::span<const double> values);

struct Interval {
  double low = 0, high = 0;
};
// 95 %, by the percentiles of 2,000 bootstrap samples of the runs; the same bytes each time.
Interval interquartile_interval(std::span<const double> runs);

// The chance that a run of `a` is better than one of `b`, ties half (Mann & Whitney's U).
double probability_of_improvement(std::span<const double> a, std::span<const double> b);

}  // namespace sandlot
