// The learner's car: what throttle, brake and steering do to it.
//
// Two models, by setting. `kinematic`: the bicycle model without slip, about the middle of the car
// (Polack et al. 2017, "The kinematic bicycle model"; Rajamani 2012, §2.2):
//   β = atan(½ tan δ);  ẋ = v cos(ψ+β);  ẏ = v sin(ψ+β);  ψ̇ = v sin β / (L/2).
// `tyres`: a rigid body on four contact patches. Each pushes along its wheel by engine and brake,
// and against its sideways slip by C tan α, α being the slip angle; both together stay inside the
// friction ellipse (F_x/F_max)² + (F_y/F_max)² ≤ 1 with F_max = μ m g / 4, which does not depend on
// how the load shifts. A wheel that brakes harder than that slides: its force is against its own
// motion.
//
// Metres, seconds, radians; the body's frame has x forward and y to the left.
#pragma once

#include <cstdint>

#include "envs/city/map.h"

namespace sandlot::city {

enum class VehicleModel : std::uint8_t { kinematic, tyres };

struct VehicleShape {
  float length = 4.6f;
  float width = 1.8f;
  float wheelbase = 2.7f;
  float track = 1.55f;  // between left and right wheels
};

struct VehicleSettings {
  VehicleModel model = VehicleModel::tyres;
  VehicleShape shape;
  float mass = 1400;                  // kg
  float inertia = 2200;               // kg m²
  float engine = 3.5f;                // m/s² at full throttle
  float brake = 8.0f;                 // m/s² at full brake
  float drag = 0.02f;                 // 1/s: what rolling and air take off the speed
  float friction = 0.9f;              // μ; about 0.55 in rain
  float cornering_stiffness = 50000;  // N per unit of tan α and per wheel
  float largest_steering = 0.6f;      // rad
  float steering_rate = 1.2f;         // rad/s
  float fastest = 40;                 // m/s: the engine pushes no further
  float fastest_reverse = 3;          // m/s
};

// Throttle in [−1, 1], backward below 0; brake in [0, 1]; steering in [−1, 1], 1 fully to the left.
struct Controls {
  float throttle = 0, brake = 0, steering = 0;
};

struct VehicleState {
  Vec2 position;  // of the middle
  float heading = 0;
  float forward = 0, sideways = 0;  // velocity in the body's frame
  float yaw_rate = 0;
  float steering = 0;                   // angle of the front wheels
  float acceleration = 0, lateral = 0;  // of the last step, felt in the car, m/s²
  float slip = 0;                       // largest share of a wheel's friction in use, 1: it slides

  float speed() const;
};

// Moves the car on by dt, in sub-steps of 5 ms for `tyres`.
void drive(VehicleState& state, const VehicleSettings& settings, const Controls& controls,
           float dt);

}  // namespace sandlot::city
