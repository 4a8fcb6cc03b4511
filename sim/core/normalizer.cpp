#include "sim/core/normalizer.h"

#include <algorithm>
#include <cmath>

namespace sandlot {

ObservationStatistics::ObservationStatistics(std::size_t size) : mean_(size), squares_(size) {}

double ObservationStatistics::variance(std::size_t i) const {
  return count_ > 1 ? squares_[i] / count_ : 1.0;
}

void ObservationStatistics::update(std::span<const float> observations) {
  const std::size_t width = mean_.size();
  for (std::size_t row = 0; row * width < observations.size(); ++row) {
    count_ += 1;
    for (std::size_t i = 0; i < width; ++i) {
      const double x = observations[row * width + i];
      const double delta = x - mean_[i];
      mean_[i] += delta / count_;
      squares_[i] += delta * (x - mean_[i]);
    }
  }
}

void ObservationStatistics::normalize(std::span<const float> from, std::span<float> to) const {
  const std::size_t width = mean_.size();
  for (std::size_t i = 0; i < width; ++i) {
    const double scale = 1.0 / std::sqrt(variance(i) + 1e-8);
    for (std::size_t at = i; at < from.size(); at += width)
      to[at] = static_cast<float>(std::clamp((from[at] - mean_[i]) * scale, -10.0, 10.0));
  }
}

void ObservationStatistics::save(Writer& out) const {
  out.write(count_);
  out.write(mean_);
  out.write(squares_);
}

void ObservationStatistics::load(Reader& in) {
  const std::size_t width = mean_.size();
  in.read(count_);
  in.read(mean_);
  in.read(squares_);
  if (mean_.size() != width || squares_.size() != width)
    in.fail("the observation statistics have another size");
}

}  // namespace sandlot
