#include "sim/core/schedule.h"

#include <algorithm>
#include <cmath>

namespace sandlot {

Schedule Schedule::linear(double from, double to, std::int64_t steps) {
  Schedule s(from);
  s.kind_ = Kind::linear;
  s.to_ = to;
  s.steps_ = steps;
  return s;
}

Schedule Schedule::exponential(double from, double to, std::int64_t steps) {
  Schedule s = linear(from, to, steps);
  s.kind_ = Kind::exponential;
  return s;
}

Schedule Schedule::piecewise(std::vector<std::pair<std::int64_t, double>> points) {
  Schedule s(points.empty() ? 0 : points.front().second);
  s.kind_ = Kind::piecewise;
  s.points_ = std::move(points);
  return s;
}

double Schedule::at(std::int64_t step) const {
  switch (kind_) {
    case Kind::constant:
      return from_;
    case Kind::linear:
    case Kind::exponential: {
      if (step >= steps_) return to_;
      const double share = static_cast<double>(step) / static_cast<double>(steps_);
      return kind_ == Kind::linear ? from_ + (to_ - from_) * share
                                   : from_ * std::pow(to_ / from_, share);
    }
    case Kind::piecewise: {
      const auto after = std::upper_bound(
          points_.begin(), points_.end(), step,
          [](std::int64_t s, const auto& point) { return s < point.first; });
      if (after == points_.begin()) return points_.front().second;
      if (after == points_.end()) return points_.back().second;
      const auto& [s0, v0] = *(after - 1);
      const auto& [s1, v1] = *after;
      return v0 + (v1 - v0) * static_cast<double>(step - s0) / static_cast<double>(s1 - s0);
    }
  }
  return from_;
}

}  // namespace sandlot
