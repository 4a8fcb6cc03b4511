// What the tests of the lunar lander share.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/core/environment.h"

namespace sandlot::test {

using Seen = std::array<double, 8>;
enum Value { X, Y, VX, VY, Angle, Turn, RightLeg, LeftLeg };
constexpr int kNothing = 0, kLeft = 1, kMain = 2, kRight = 3;

inline Seen observed(const Environment& env) {
  std::array<float, 8> values{};
  env.observe(values);
  Seen seen;
  std::copy(values.begin(), values.end(), seen.begin());
  return seen;
}

inline StepResult act(Environment& env, int action) {
  return env.step({.index = action, .values = {}});
}
inline StepResult act(Environment& env, float main, float side) {
  const std::array<float, 2> values{main, side};
  return env.step({.index = 0, .values = values});
}

// The controller that Gymnasium ships with this world: lean toward the pad, hover at a height that
// falls with the distance from it, and with a leg on the ground only brake.
struct Controller {
  bool continuous = false;
  double lowest = 0;  // the height to hover at over the pad

  StepResult step(Environment& env) const {
    const Seen s = observed(env);
    const double lean = std::clamp(0.5 * s[X] + s[VX], -0.4, 0.4);
    double turn = 0.5 * (lean - s[Angle]) - s[Turn];
    double lift = 0.5 * (lowest + 0.55 * std::abs(s[X]) - s[Y]) - 0.5 * s[VY];
    if (s[RightLeg] != 0 || s[LeftLeg] != 0) {
      turn = 0;
      lift = -0.5 * s[VY];
    }
    if (continuous)
      return act(env, static_cast<float>(std::clamp(20 * lift - 1, -1.0, 1.0)),
                 static_cast<float>(std::clamp(-20 * turn, -1.0, 1.0)));
    if (lift > std::abs(turn) && lift > 0.05) return act(env, kMain);
    return act(env, turn < -0.05 ? kRight : turn > 0.05 ? kLeft : kNothing);
  }
};

}  // namespace sandlot::test
