// Schedules: a rate as a function of the training step.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sandlot {

class Schedule {
 public:
  enum class Kind { constant, linear, exponential, piecewise };

  Schedule(double value = 0) : from_(value), to_(value) {}  // implicit: a number is a schedule
  // From `from` at step 0 to `to` at `steps` and from then on; exponential needs both > 0.
  static Schedule linear(double from, double to, std::int64_t steps);
  static Schedule exponential(double from, double to, std::int64_t steps);
  // Straight lines between (step, value) points in ascending order of step, constant outside.
  static Schedule piecewise(std::vector<std::pair<std::int64_t, double>> points);

  double at(std::int64_t step) const;
  Kind kind() const { return kind_; }
  double from() const { return from_; }
  double to() const { return to_; }
  std::int64_t steps() const { return steps_; }
  const std::vector<std::pair<std::int64_t, double>>& points() const { return points_; }

 private:
  Kind kind_ = Kind::constant;
  double from_ = 0, to_ = 0;
  std::int64_t steps_ = 0;
  std::vector<std::pair<std::int64_t, double>> points_;
};

}  // namespace sandlot
