#include "learners/features/bounds.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace sandlot {

void BoundsSettings::fields(Fields& f) {
  f.numbers("low", low, "lower end of each value; [] takes the world's own");
  f.numbers("high", high, "upper end of each value; [] takes the world's own");
}

void BoundsSettings::check(const Space& space, Issues& issues) const {
  const std::size_t n = space.size();
  if (space.is_discrete()) {
    issues.add("features",
               "needs observations in a box; this world's are numbers of states: expected table");
    return;
  }
  for (const auto& [name, values] : {std::pair("low", &low), std::pair("high", &high)})
    if (!values->empty() && values->size() != n)
      issues.add(name,
                 "expected " + std::to_string(n) + " numbers, one per value of the observation");
  if ((!low.empty() && low.size() != n) || (!high.empty() && high.size() != n)) return;
  for (std::size_t i = 0; i < n; ++i) {
    const double from = low.empty() ? space.low_at(i) : low[i];
    const double to = high.empty() ? space.high_at(i) : high[i];
    if (!std::isfinite(from) || !std::isfinite(to))
      return issues.add(
          std::isfinite(from) ? "high" : "low",
          "is needed: value " + std::to_string(i) + " of the observation has no bounds");
    if (from >= to) return issues.add("low", "expected low < high for value " + std::to_string(i));
  }
}

Bounds::Bounds(const BoundsSettings& settings, const Space& space) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    const double from = settings.low.empty() ? space.low_at(i) : settings.low[i];
    const double to = settings.high.empty() ? space.high_at(i) : settings.high[i];
    low_.push_back(from);
    scale_.push_back(1 / (to - from));
  }
}

double Bounds::unit(std::size_t i, float value) const {
  const double x = (value - low_[i]) * scale_[i];
  return x > 0 ? std::min(x, 1.0) : 0;  // a NaN is not above 0
}

std::int64_t count_at(const std::vector<std::int64_t>& counts, std::size_t dimension) {
  return counts.size() == 1 ? counts[0] : counts[dimension];
}

void check_counts(const std::vector<std::int64_t>& counts, const char* name, std::size_t dimensions,
                  Issues& issues) {
  if (counts.size() != 1 && counts.size() != dimensions)
    issues.add(name, "expected one number, or " + std::to_string(dimensions) +
                         ", one per value of the observation");
}

std::string describe_count(double count) {
  return count > 1e15 ? "more than 10^15" : std::to_string(static_cast<std::int64_t>(count));
}

}  // namespace sandlot
