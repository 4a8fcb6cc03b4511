#include "envs/city/vehicle.h"

#include <algorithm>
#include <cmath>

namespace sandlot::city {
namespace {

constexpr float gravity = 9.81f;
constexpr float substep = 0.005f;

void steer(VehicleState& s, const VehicleSettings& c, const Controls& controls, float dt) {
  const float wanted = controls.steering * c.largest_steering;
  s.steering += std::clamp(wanted - s.steering, -c.steering_rate * dt, c.steering_rate * dt);
}

// m/s² that the engine gives.
float push(const VehicleState& s, const VehicleSettings& c, const Controls& controls) {
  if (controls.throttle > 0 && s.forward >= c.fastest) return 0;
  if (controls.throttle < 0 && s.forward <= -c.fastest_reverse) return 0;
  return controls.throttle * c.engine;
}

void drive_kinematic(VehicleState& s, const VehicleSettings& c, const Controls& controls,
                     float dt) {
  steer(s, c, controls, dt);
  const float before = s.forward;
  float v = before + (push(s, c, controls) - c.drag * before) * dt;
  const float braking = std::min(controls.brake * c.brake, c.friction * gravity) * dt;
  v = v > 0 ? std::max(0.0f, v - braking) : std::min(0.0f, v + braking);
  const float mean = (before + v) / 2;
  const float beta = std::atan(std::tan(s.steering) / 2);
  const float along = s.heading + beta;
  s.yaw_rate = mean * std::sin(beta) / (c.shape.wheelbase / 2);
  s.position = s.position + direction(along + s.yaw_rate * dt / 2) * (mean * dt);
  s.heading = wrap_angle(s.heading + s.yaw_rate * dt);
  s.forward = v;
  s.sideways = 0;
  s.acceleration = (v - before) / dt;
  s.lateral = mean * s.yaw_rate;
  s.slip = std::abs(s.lateral) / (c.friction * gravity);
}

struct Forces {
  Vec2 force;  // N, in the body's frame
  float torque = 0;
};

// What one contact patch does. `at` is its place in the body's frame, `engine` in N; the brake
// takes up to `brake` N, but no more than stops the patch within dt.
void add_wheel(Forces& sum, VehicleState& s, const VehicleSettings& c, Vec2 at, float angle,
               float engine, float brake, float dt) {
  const Vec2 velocity{s.forward - s.yaw_rate * at.y, s.sideways + s.yaw_rate * at.x};
  const Vec2 ahead = direction(angle);
  const float along = dot(velocity, ahead), across = cross(ahead, velocity);
  const float share = c.mass / 4;
  // Sideways, no more than stops the slip within the step: tan α has a pole at rest.
  const float stopping = share * std::abs(across) / dt;
  const float cornering = std::min(
      stopping, c.cornering_stiffness * std::abs(across) / std::max(std::abs(along), 0.5f));
  float lateral = across > 0 ? -cornering : cornering;
  const float held = std::min(brake, share * std::abs(along) / dt);
  float longitudinal = engine - (along > 0 ? held : -held);
  const float limit = c.friction * share * gravity;
  const float demand = std::sqrt(longitudinal * longitudinal + lateral * lateral);
  s.slip = std::max(s.slip, std::min(1.0f, demand / limit));
  if (demand > limit) {
    const bool locked = held > limit;
    const float sliding = length(velocity);
    if (locked && sliding > 0.1f) {
      longitudinal = -limit * along / sliding;
      lateral = -limit * across / sliding;
    } else {
      longitudinal *= limit / demand;
      lateral *= limit / demand;
    }
  }
  const Vec2 force = ahead * longitudinal + left_of(ahead) * lateral;
  sum.force = sum.force + force;
  sum.torque += cross(at, force);
}

void tyre_step(VehicleState& s, const VehicleSettings& c, const Controls& controls, float dt) {
  steer(s, c, controls, dt);
  Forces sum;
  const float x = c.shape.wheelbase / 2, y = c.shape.track / 2;
  const float engine = push(s, c, controls) * c.mass / 2;  // front wheels are driven
  const float brake = controls.brake * c.brake * c.mass;
  s.slip = 0;
  for (const float side : {y, -y}) {
    add_wheel(sum, s, c, {x, side}, s.steering, engine, brake * 0.25f, dt);
    add_wheel(sum, s, c, {-x, side}, 0, 0, brake * 0.25f, dt);
  }
  const Vec2 drag = Vec2{s.forward, s.sideways} * (-c.drag);
  const Vec2 felt = sum.force * (1 / c.mass) + drag;
  // The body's frame turns with it.
  const float turn = s.yaw_rate;
  const Vec2 rate{felt.x + turn * s.sideways, felt.y - turn * s.forward};
  const Vec2 before{s.forward, s.sideways};
  s.forward += rate.x * dt;
  s.sideways += rate.y * dt;
  s.yaw_rate += sum.torque / c.inertia * dt;
  const Vec2 mean = (before + Vec2{s.forward, s.sideways}) * 0.5f;
  const Vec2 ahead = direction(s.heading);
  s.position = s.position + (ahead * mean.x + left_of(ahead) * mean.y) * dt;
  s.heading = wrap_angle(s.heading + s.yaw_rate * dt);
  s.acceleration += felt.x;
  s.lateral += felt.y;
}

}  // namespace

float VehicleState::speed() const { return std::sqrt(forward * forward + sideways * sideways); }

void drive(VehicleState& state, const VehicleSettings& settings, const Controls& controls,
           float dt) {
  if (settings.model == VehicleModel::kinematic)
    return drive_kinematic(state, settings, controls, dt);
  const int steps = std::max(1, static_cast<int>(std::lround(dt / substep)));
  const auto count = static_cast<float>(steps);
  state.acceleration = state.lateral = 0;
  float slip = 0;
  for (int i = 0; i < steps; ++i) {
    tyre_step(state, settings, controls, dt / count);
    slip = std::max(slip, state.slip);
  }
  state.slip = slip;
  state.acceleration /= count;
  state.lateral /= count;
}

}  // namespace sandlot::city
