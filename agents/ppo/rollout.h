// Rollout: what was lived through since the last update, by every copy.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/archive.h"
#include "sim/core/environment.h"

namespace sandlot {

// Arrays are time-major, [horizon, copies], of which the first `filled` steps hold something. An
// observation is kept once: what comes after a step is the next step's, and of a truncated
// episode's last one only the value is needed.
class Rollout {
 public:
  Rollout(const EnvironmentSpec& spec, int copies, int horizon);

  int copies() const { return static_cast<int>(copies_); }
  int horizon() const { return horizon_; }
  int filled() const { return filled_; }
  bool full() const { return filled_ == horizon_; }
  // The step that is being filled, and the number of transitions in all.
  std::size_t here() const { return static_cast<std::size_t>(filled_) * copies_; }
  std::size_t capacity() const { return static_cast<std::size_t>(horizon_) * copies_; }
  std::size_t bytes() const;

  void next() { ++filled_; }
  void clear() { filled_ = 0; }

  std::span<const float> observation(std::size_t i) const {
    return std::span(observations).subspan(i * width_, width_);
  }
  // Empty where all are legal.
  std::span<const std::uint8_t> legal_at(std::size_t i) const {
    return std::span(legal).subspan(i * masks_, masks_);
  }
  float* drawn_at(std::size_t i) { return drawn.data() + i * drawn_width_; }
  const float* drawn_at(std::size_t i) const { return drawn.data() + i * drawn_width_; }

  std::vector<float> observations;
  std::vector<std::uint8_t> legal;    // where the world masks actions
  std::vector<std::int32_t> actions;  // discrete
  std::vector<float> drawn;           // boxes: values before they are clipped
  std::vector<float> log_probabilities;
  std::vector<float> values;
  std::vector<float> rewards;
  std::vector<Status> statuses;
  std::vector<float> tails;  // values of the true last observations where truncated, else 0

  void save(Writer&) const;
  void load(Reader&);

 private:
  void check(Reader& in) const;

  Space observation_, action_;
  std::size_t copies_, width_, masks_, drawn_width_;
  int horizon_, filled_ = 0;
};

}  // namespace sandlot
