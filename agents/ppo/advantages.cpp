#include "agents/ppo/advantages.h"

namespace sandlot {

void generalized_advantages(const AdvantageInput& in, double discount, double lambda,
                            std::span<float> advantages) {
  const auto rows = static_cast<std::size_t>(in.rows), steps = static_cast<std::size_t>(in.steps);
  for (std::size_t row = 0; row < rows; ++row) {
    double later = 0;  // A_{t+1}
    auto next = static_cast<double>(in.last_values[row]);
    for (std::size_t t = steps; t-- > 0;) {
      const std::size_t i = t * rows + row;
      switch (in.statuses[i]) {
        case Status::running:
          break;
        case Status::terminated:
          next = later = 0;
          break;
        case Status::truncated:
          next = static_cast<double>(in.tails[i]);
          later = 0;
          break;
      }
      const auto value = static_cast<double>(in.values[i]);
      later = static_cast<double>(in.rewards[i]) + discount * next - value +
              discount * lambda * later;
      advantages[i] = static_cast<float>(later);
      next = value;
    }
  }
}

}  // namespace sandlot
