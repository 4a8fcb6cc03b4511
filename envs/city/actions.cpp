#include "envs/city/actions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace sandlot::city {
namespace {

constexpr std::array<float, 5> wheel = {0.7f, 0.15f, 0, -0.15f, -0.7f};
constexpr std::array<const char*, 5> wheel_names = {"sharp left", "left", "straight", "right",
                                                    "sharp right"};
constexpr std::array<const char*, 5> wheel_keys = {"left", "left z", "", "right", "right z"};
constexpr std::array<const char*, 3> pedal_names = {"brake", "roll", "throttle"};
constexpr std::array<const char*, 3> pedal_keys = {"down", "", "up"};
constexpr float pedal_brake = 0.5f, pedal_throttle = 0.6f;

constexpr std::array<float, 6> accelerations = {-7, -3, -1, 0, 1, 2.5f};  // m/s²
constexpr std::array<const char*, 6> acceleration_names = {
    "brake hard", "brake", "slow down", "hold", "speed up", "speed up fast"};
constexpr std::array<const char*, 6> acceleration_keys = {"down z", "down", "z", "", "up", "up z"};
constexpr std::array<bool, 2> at_kerb = {false, true};

std::string joined(std::string a, std::string_view b) {
  if (!a.empty() && !b.empty()) a += ' ';
  return a.append(b);
}

Controls discrete_controls(std::int32_t index) {
  Controls controls;
  controls.steering = wheel[static_cast<std::size_t>(index / 3)];
  controls.brake = index % 3 == 0 ? pedal_brake : 0;
  controls.throttle = index % 3 == 2 ? pedal_throttle : 0;
  return controls;
}

DriverPlan assisted_plan(const World& world, std::int32_t index) {
  const auto k = static_cast<std::size_t>(index);
  return {accelerations[k % accelerations.size()],
          at_kerb[k / accelerations.size()] ? kerb_offset(world) : 0};
}

}  // namespace

void describe_actions(ActionKind kind, EnvironmentSpec& spec) {
  if (kind == ActionKind::continuous) {
    spec.action = Space::box({2}, -1, 1);
    return;
  }
  if (kind == ActionKind::assisted) {
    for (const bool kerb : at_kerb) {
      for (std::size_t k = 0; k < accelerations.size(); ++k) {
        spec.action_names.push_back(joined(acceleration_names[k], kerb ? "at the kerb" : ""));
        spec.action_keys.push_back(joined(acceleration_keys[k], kerb ? "right" : ""));
      }
    }
  } else {
    for (std::size_t w = 0; w < wheel.size(); ++w) {
      for (std::size_t p = 0; p < pedal_names.size(); ++p) {
        spec.action_names.push_back(joined(wheel_names[w], pedal_names[p]));
        spec.action_keys.push_back(joined(wheel_keys[w], pedal_keys[p]));
      }
    }
  }
  spec.action = Space::discrete(static_cast<int>(spec.action_names.size()));
}

Controls controls_of(const World& world, const Action& action) {
  switch (world.settings().actions) {
    case ActionKind::discrete:
      return discrete_controls(action.index);
    case ActionKind::assisted:
      return controls_for(world, assisted_plan(world, action.index));
    default:
      break;
  }
  Controls controls;
  controls.steering = action.values[0];
  controls.throttle = std::max(0.0f, action.values[1]);
  controls.brake = std::max(0.0f, -action.values[1]);
  return controls;
}

std::int32_t nearest_action(const World& world, const DriverPlan& plan) {
  std::int32_t best = 0;
  float least = 1e9f;
  const auto consider = [&](std::int32_t k, float apart) {
    if (apart >= least) return;
    least = apart;
    best = k;
  };
  if (world.settings().actions == ActionKind::assisted) {
    for (std::int32_t k = 0; k < static_cast<std::int32_t>(2 * accelerations.size()); ++k) {
      const DriverPlan p = assisted_plan(world, k);
      consider(
          k, std::abs(p.acceleration - plan.acceleration) + 100 * std::abs(p.offset - plan.offset));
    }
    return best;
  }
  const Controls wanted = controls_for(world, plan);
  for (std::int32_t k = 0; k < static_cast<std::int32_t>(wheel.size() * pedal_names.size()); ++k) {
    const Controls c = discrete_controls(k);
    const float turn = c.steering - wanted.steering;
    const float push = c.throttle - wanted.throttle, hold = c.brake - wanted.brake;
    consider(k, turn * turn + push * push + hold * hold);
  }
  return best;
}

}  // namespace sandlot::city
