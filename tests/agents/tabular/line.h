// Line: states 0, 1, … in a row; every action leads one to the right, the last one ends the
// episode. rewards[s] is had for leaving state s, so that values can be worked out by hand.
#pragma once

#include <utility>
#include <vector>

#include "sim/core/archive.h"
#include "sim/core/batch.h"
#include "sim/core/environment.h"

namespace sandlot {

class Line final : public Environment {
 public:
  Line(std::vector<float> rewards, int actions) : rewards_(std::move(rewards)) {
    spec_.name = "line";
    spec_.observation = Space::discrete(static_cast<int>(rewards_.size()) + 1);
    spec_.action = Space::discrete(actions);
    spec_.reward_low = -1000;
    spec_.reward_high = 1000;
  }
  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed) override { state_ = 0; }
  StepResult step(Action) override {
    const float reward = rewards_[state_++];
    return {reward, state_ == rewards_.size() ? Status::terminated : Status::running};
  }
  void observe(std::span<float> out) const override { out[0] = static_cast<float>(state_); }
  void draw(Scene&) const override {}
  void save(Writer& out) const override { out.write<std::uint64_t>(state_); }
  void load(Reader& in) override {
    state_ = in.read<std::uint64_t>();
    if (state_ > rewards_.size()) in.fail("a state is out of range");
  }

 private:
  EnvironmentSpec spec_;
  std::vector<float> rewards_;
  std::size_t state_ = 0;
};

inline Batch<Line> make_line(const std::vector<float>& rewards, int actions, int step_limit = 0) {
  WrapperSettings wrappers;
  wrappers.step_limit = step_limit;
  return Batch<Line>(1, wrappers, 1, 1, [&] { return Line(rewards, actions); });
}

}  // namespace sandlot
