// Observation normalisation: shift and scale by running statistics, saved with the policy.
#pragma once

#include <span>
#include <vector>

#include "sim/core/archive.h"

namespace sandlot {

// Mean and variance per value over all observations seen (Chan, Golub & LeVeque 1983, merged batch
// by batch); values are clipped to ±10 deviations.
class ObservationStatistics {
 public:
  explicit ObservationStatistics(std::size_t size);

  void update(std::span<const float> observations);  // [rows, size]
  // [rows, size]; `to` may be `from`.
  void normalize(std::span<const float> from, std::span<float> to) const;
  double mean(std::size_t i) const { return mean_[i]; }
  double variance(std::size_t i) const;
  std::size_t size() const { return mean_.size(); }

  void save(Writer&) const;
  void load(Reader&);

 private:
  double count_ = 0;
  std::vector<double> mean_, squares_;  // squares_: sum of squared distances from the mean
};

}  // namespace sandlot
