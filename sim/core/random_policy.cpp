#include "sim/core/random_policy.h"

#include <cmath>

namespace sandlot {

void RandomPolicy::act(int rows, std::span<const float>, std::span<const std::uint8_t> legal,
                       std::span<std::int32_t> actions, std::span<float> continuous,
                       Random& random) {
  if (!action_.is_discrete()) {
    const std::size_t width = action_.size();
    for (std::size_t i = 0; i < continuous.size(); ++i) {
      const float low = action_.low_at(i % width), high = action_.high_at(i % width);
      continuous[i] = low + (high - low) * random.uniform_float();
    }
    return;
  }
  const auto n = static_cast<std::size_t>(action_.n);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    actions[row] =
        uniform_action(action_.n, legal.empty() ? legal : legal.subspan(row * n, n), random);
  }
}

void check_random_play(const Space& action, Issues& issues) {
  if (action.is_discrete()) return;
  for (std::size_t i = 0; i < action.size(); ++i)
    if (!std::isfinite(action.low_at(i)) || !std::isfinite(action.high_at(i)))
      return issues.add("name", "needs actions with finite bounds");
}

}  // namespace sandlot
