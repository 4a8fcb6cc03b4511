// The learner's car against closed forms.
#include "envs/city/vehicle.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace sandlot::city;

namespace {

VehicleState rolling(float speed) {
  VehicleState s;
  s.forward = speed;
  return s;
}

float stopping_distance(VehicleSettings c, float speed) {
  VehicleState s = rolling(speed);
  for (int i = 0; i < 200 && s.forward > 0.01f; ++i) drive(s, c, {0, 1, 0}, 0.1f);
  return s.position.x;
}

// Radius of the circle that the car drives at a steady speed.
float radius_at(VehicleSettings c, float speed, float steering) {
  VehicleState s = rolling(speed);
  for (int i = 0; i < 200; ++i) {
    const float throttle = std::min(1.0f, std::max(-0.2f, (speed - s.forward) * 2));
    drive(s, c, {throttle, 0, steering}, 0.05f);
  }
  return s.speed() / s.yaw_rate;
}

}  // namespace

TEST_CASE("vehicle: braking stops within v² / (2 a), and within v² / (2 μ g) on a slippery road") {
  VehicleSettings c;
  c.drag = 0;
  for (const VehicleModel model : {VehicleModel::kinematic, VehicleModel::tyres}) {
    c.model = model;
    c.friction = 0.9f;
    CHECK(stopping_distance(c, 20) == doctest::Approx(400 / (2 * c.brake)).epsilon(0.04));
    c.friction = 0.4f;
    CHECK(stopping_distance(c, 20) == doctest::Approx(400 / (2 * 0.4 * 9.81)).epsilon(0.04));
  }
}

TEST_CASE("vehicle: the bicycle's circle has the radius L / (2 sin β)") {
  VehicleSettings c;
  c.model = VehicleModel::kinematic;
  const float angle = 0.3f * c.largest_steering;
  const double beta = std::atan(std::tan(static_cast<double>(angle)) / 2);
  CHECK(radius_at(c, 8, 0.3f) ==
        doctest::Approx(static_cast<double>(c.shape.wheelbase) / (2 * std::sin(beta)))
            .epsilon(0.005));
}

TEST_CASE("vehicle: on tyres a slow circle has the radius L / tan δ, a fast one is wider") {
  VehicleSettings c;
  const double angle = 0.3 * static_cast<double>(c.largest_steering);
  const double ideal = static_cast<double>(c.shape.wheelbase) / std::tan(angle);
  CHECK(radius_at(c, 2, 0.3f) == doctest::Approx(ideal).epsilon(0.06));
  CHECK(static_cast<double>(radius_at(c, 15, 0.3f)) > 1.2 * ideal);
}

TEST_CASE("vehicle: no turn takes more than the friction, and rain takes some of it") {
  VehicleSettings c;
  float widest[2];
  for (const bool rain : {false, true}) {
    c.friction = rain ? 0.5f : 0.9f;
    VehicleState s = rolling(20);
    float felt = 0;
    for (int i = 0; i < 30; ++i) {
      drive(s, c, {0, 0, 1}, 0.05f);
      felt = std::max(felt, std::hypot(s.lateral, s.acceleration));
    }
    CHECK(felt <= c.friction * 9.81f * 1.02f + c.drag * 20);
    CHECK(felt > 0.8f * c.friction * 9.81f);
    CHECK(s.slip == doctest::Approx(1));
    widest[rain] = std::abs(s.heading);
  }
  CHECK(widest[1] < widest[0]);
}

TEST_CASE("vehicle: braking in a turn leaves less to turn with") {
  VehicleSettings c;
  float sideways[2] = {0, 0};
  for (const bool braking : {false, true}) {
    VehicleState s = rolling(18);
    for (int i = 0; i < 10; ++i) {
      drive(s, c, {0, braking ? 1.0f : 0.0f, 0.5f}, 0.05f);
      sideways[braking] += std::abs(s.lateral);
    }
  }
  CHECK(sideways[1] < 0.9f * sideways[0]);
}

TEST_CASE("vehicle: at rest it stays at rest, and it reverses slowly") {
  VehicleSettings c;
  VehicleState s;
  for (int i = 0; i < 100; ++i) drive(s, c, {0, 1, 1}, 0.1f);
  CHECK(length(s.position) < 1e-3f);
  CHECK(std::abs(s.heading) < 1e-3f);
  for (int i = 0; i < 100; ++i) drive(s, c, {-1, 0, 0}, 0.1f);
  CHECK(s.forward == doctest::Approx(-c.fastest_reverse).epsilon(0.05));
}
