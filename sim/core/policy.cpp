#include "sim/core/policy.h"

namespace sandlot {

int uniform_action(int actions, std::span<const std::uint8_t> legal, Random& random) {
  if (legal.empty()) return static_cast<int>(random.below(static_cast<std::uint32_t>(actions)));
  std::uint32_t candidates = 0;
  for (const auto l : legal) candidates += l != 0;
  if (candidates == 0) return 0;
  std::uint32_t skip = random.below(candidates);
  for (int a = 0; a < actions; ++a)
    if (legal[static_cast<std::size_t>(a)] != 0 && skip-- == 0) return a;
  return 0;
}

int greedy_action(std::span<const float> values, std::span<const std::uint8_t> legal) {
  int best = -1;
  for (std::size_t a = 0; a < values.size(); ++a) {
    if (!legal.empty() && legal[a] == 0) continue;
    if (best < 0 || values[a] > values[static_cast<std::size_t>(best)]) best = static_cast<int>(a);
  }
  return best < 0 ? 0 : best;
}

}  // namespace sandlot
