#include "agents/fitted/transitions.h"

#include <algorithm>
#include <cmath>

#include "sim/core/archive.h"

namespace sandlot {

void Transitions::add(std::span<const float> before, std::span<const std::int32_t> taken,
                      const VectorEnvironment& after) {
  for (int row = 0; row < after.size(); ++row) {
    const auto i = static_cast<std::size_t>(row);
    const Status status = after.statuses()[i];
    std::size_t at = size();
    if (at < capacity_) {
      resize(at + 1);
    } else {
      at = oldest_;
      oldest_ = (oldest_ + 1) % capacity_;
    }
    const auto put = [&](std::span<const float> from, std::vector<float>& to) {
      std::copy(from.begin(), from.end(), to.begin() + static_cast<std::ptrdiff_t>(at * width_));
    };
    put(before.subspan(i * width_, width_), states_);
    put(status == Status::running ? after.observation(row) : after.final_observation(row),
        next_states_);
    actions_[at] = taken[i];
    rewards_[at] = after.rewards()[i];
    terminated_[at] = status == Status::terminated;
  }
}

void Transitions::resize(std::size_t size) {
  states_.resize(size * width_);
  next_states_.resize(size * width_);
  actions_.resize(size);
  rewards_.resize(size);
  terminated_.resize(size);
}

void Transitions::save(Writer& out) const {
  out.tag("transitions");
  out.write<std::uint64_t>(oldest_);
  out.write(states_);
  out.write(next_states_);
  out.write(actions_);
  out.write(rewards_);
  out.write(terminated_);
}

void Transitions::load(Reader& in) {
  in.expect_tag("transitions");
  oldest_ = in.read<std::uint64_t>();
  in.read(states_);
  in.read(next_states_);
  in.read(actions_);
  in.read(rewards_);
  in.read(terminated_);
  const std::size_t n = actions_.size();
  if (states_.size() != n * width_ || next_states_.size() != n * width_ || rewards_.size() != n ||
      terminated_.size() != n)
    in.fail("the parts of the transitions differ in length");
  if (n > capacity_ || (oldest_ != 0 && oldest_ >= n)) in.fail("there are too many transitions");
  check_observations(observation_, states_, in);
  check_observations(observation_, next_states_, in);
  for (std::size_t i = 0; i < n; ++i) {
    if (actions_[i] < 0 || actions_[i] >= actions_count_) in.fail("an action is out of range");
    if (!std::isfinite(rewards_[i])) in.fail("a reward is not a number");
    if (terminated_[i] > 1) in.fail("a truth value is neither 0 nor 1");
  }
}

void check_observations(const Space& space, std::span<const float> values, const Reader& in) {
  for (const float& value : values)
    if (space.is_discrete() ? !space.contains(&value) : !std::isfinite(value))
      in.fail("an observation is outside its space");
}

}  // namespace sandlot
