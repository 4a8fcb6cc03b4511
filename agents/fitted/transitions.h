// Transitions: what was lived through, S, A → R, S', in the order of the steps.
//
// S' is the true next state: after a truncation the last one of the episode, from which
// bootstrapping goes on. With a capacity the oldest make room for new ones.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "learners/matrix.h"
#include "sim/core/vector_environment.h"

namespace sandlot {

class Transitions {
 public:
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  explicit Transitions(const EnvironmentSpec& spec, std::size_t capacity = kUnlimited)
      : capacity_(capacity),
        observation_(spec.observation),
        width_(spec.observation.size()),
        actions_count_(spec.action.n) {}

  std::size_t size() const { return actions_.size(); }
  // Every row's step: `before` are the observations that `taken` were chosen in, [rows, obs].
  void add(std::span<const float> before, std::span<const std::int32_t> taken,
           const VectorEnvironment& after);

  std::span<const float> state(std::size_t i) const {
    return std::span(states_).subspan(i * width_, width_);
  }
  std::span<const float> next_state(std::size_t i) const {
    return std::span(next_states_).subspan(i * width_, width_);
  }
  MatrixMap states() const { return view(states_); }
  MatrixMap next_states() const { return view(next_states_); }
  std::span<const std::int32_t> actions() const { return actions_; }
  std::span<const float> rewards() const { return rewards_; }
  std::span<const std::uint8_t> terminated() const { return terminated_; }

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  void resize(std::size_t size);
  MatrixMap view(const std::vector<float>& values) const {
    return {values.data(), static_cast<Eigen::Index>(size()), static_cast<Eigen::Index>(width_)};
  }

  std::size_t capacity_;
  std::size_t oldest_ = 0;  // where the next one goes, once it is full
  Space observation_;
  std::size_t width_;
  int actions_count_;
  std::vector<float> states_, next_states_;  // [size, obs]
  std::vector<std::int32_t> actions_;
  std::vector<float> rewards_;
  std::vector<std::uint8_t> terminated_;
};

// Throws ArchiveError unless the values are observations: finite, and numbers of a discrete space.
void check_observations(const Space& space, std::span<const float> values, const Reader& in);

}  // namespace sandlot
