#include "sim/experiment/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "sim/core/random.h"

namespace sandlot {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Summary summarize(std::span<const double> values) {
  Summary s{kNaN, kNaN, 0};
  double sum = 0;
  for (const double v : values)
    if (std::isfinite(v)) sum += v, ++s.count;
  if (s.count == 0) return s;
  s.mean = sum / static_cast<double>(s.count);
  double squares = 0;
  for (const double v : values)
    if (std::isfinite(v)) squares += (v - s.mean) * (v - s.mean);
  s.deviation = s.count > 1 ? std::sqrt(squares / static_cast<double>(s.count - 1)) : 0;
  return s;
}

double interquartile_mean(std::span<const double> values) {
  if (values.empty()) return kNaN;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const auto cut = static_cast<std::ptrdiff_t>(sorted.size() / 4);
  const auto kept = static_cast<double>(sorted.size()) - 2 * static_cast<double>(cut);
  return std::accumulate(sorted.begin() + cut, sorted.end() - cut, 0.0) / kept;
}

Interval interquartile_interval(std::span<const double> runs) {
  if (runs.empty()) return {kNaN, kNaN};
  constexpr std::size_t kSamples = 2000;
  const auto count = static_cast<std::uint32_t>(runs.size());
  Random random(derive(0, "bootstrap"));
  std::vector<double> means, sample(runs.size());
  for (std::size_t i = 0; i < kSamples; ++i) {
    for (double& value : sample) value = runs[random.below(count)];
    means.push_back(interquartile_mean(sample));
  }
  std::sort(means.begin(), means.end());
  return {means[kSamples / 40], means[kSamples - 1 - kSamples / 40]};
}

double probability_of_improvement(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return kNaN;
  double better = 0;
  for (const double x : a)
    for (const double y : b) better += x > y ? 1 : x == y ? 0.5 : 0;
  return better / static_cast<double>(a.size() * b.size());
}

}  // namespace sandlot
