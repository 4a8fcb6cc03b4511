// Generalised advantage estimation (Schulman et al. 2016, equation 16).
#pragma once

#include <span>

#include "sim/core/environment.h"

namespace sandlot {

// What a rollout says of rewards and values; time-major, [steps, rows].
struct AdvantageInput {
  int steps = 0;
  int rows = 0;
  std::span<const float> rewards;
  std::span<const float> values;       // of the observations acted on
  std::span<const Status> statuses;    // after the step
  std::span<const float> tails;        // where truncated: the value of the true last observation
  std::span<const float> last_values;  // [rows], of the observations after the last step
};

// A_t = δ_t + γλ A_{t+1}, δ_t = r_t + γ V(s_{t+1}) − V(s_t). A termination is followed by the value 0, a
// truncation by that of the true last observation; both end the sum.
void generalized_advantages(const AdvantageInput& input, double discount, double lambda,
                            std::span<float> advantages);

}  // namespace sandlot
