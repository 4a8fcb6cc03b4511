// What the learner may do, by the setting `actions`.
//
//   discrete    five angles of the wheel × brake, roll, throttle
//   continuous  two floats: steering (1 to the left) and throttle (brake below 0)
//   assisted    six accelerations × the middle of the lane or its kerb's side; the wheel is turned
//               by the lane keeping that the driver by rules has (pure pursuit along the route)
#pragma once

#include "envs/city/city_world.h"
#include "envs/city/driver.h"
#include "sim/core/environment.h"

namespace sandlot::city {

// Space, names and keys.
void describe_actions(ActionKind kind, EnvironmentSpec& spec);
Controls controls_of(const World& world, const Action& action);
// The action that comes nearest to what the driver by rules wants; of the kinds that are discrete.
std::int32_t nearest_action(const World& world, const DriverPlan& plan);

}  // namespace sandlot::city
