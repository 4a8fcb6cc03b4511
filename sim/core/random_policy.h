// The policy that takes every legal action with the same chance.
#pragma once

#include "sim/core/policy.h"
#include "sim/core/settings.h"
#include "sim/core/space.h"

namespace sandlot {

class RandomPolicy final : public Policy {
 public:
  explicit RandomPolicy(const Space& action) : action_(action) {}
  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override;
  void save(Writer&) const override {}
  void load(Reader&) override {}

 private:
  Space action_;
};

// Refuses a box without finite bounds, of which nothing can be drawn with the same chance.
void check_random_play(const Space& action, Issues& issues);

}  // namespace sandlot
