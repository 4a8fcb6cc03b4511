// The lander, its moon and the pad in Box2D, in Gymnasium's geometry. Lengths in metres.
#pragma once

#include <box2d/box2d.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "envs/classic/lunar_lander.h"

namespace sandlot::classic {

inline constexpr double scale = 30;  // the lengths below are given in parts of 1/30 m
inline constexpr double view_width = 600 / scale, view_height = 400 / scale;
inline constexpr double leg_away = 20 / scale, leg_down = 18 / scale;
inline constexpr double leg_width = 2 / scale, leg_height = 8 / scale;  // halves
inline constexpr double leg_torque = 40;                                // N·m
inline constexpr int middle = LunarLander::chunks / 2;
inline constexpr double chunk_width = view_width / (LunarLander::chunks - 1);

inline constexpr std::uint16_t ground_bit = 0x0001, body_bit = 0x0010, leg_bit = 0x0020;

inline constexpr std::array<std::array<double, 2>, 6> hull{
    {{-14, 17}, {-17, 0}, {-17, -10}, {17, -10}, {17, 0}, {14, 17}}};

inline b2Vec2 vector(double x, double y) { return {static_cast<float>(x), static_cast<float>(y)}; }

struct LunarLander::World final : b2ContactListener {
  std::optional<b2World> box;
  b2Body* lander = nullptr;
  std::array<b2Body*, 2> legs{};
  std::array<bool, 2> on_ground{};
  bool crashed = false;

  // A fresh world for each episode: one that is used again remembers the episode before.
  void build(double gravity, std::span<const double> ground, b2Vec2 push) {
    box.emplace(vector(0, gravity));
    on_ground = {};
    crashed = false;
    box->SetContactListener(this);
    build_moon(ground);
    build_lander();
    lander->ApplyForceToCenter(push, true);
    for (std::size_t i = 0; i < 2; ++i) build_leg(i);
  }

  void BeginContact(b2Contact* contact) override {
    if (touches(contact, lander)) crashed = true;
    for (std::size_t i = 0; i < 2; ++i)
      if (touches(contact, legs[i])) on_ground[i] = true;
  }
  // A leg that stands on a joint of the ground and leaves one side of it counts as lifted.
  void EndContact(b2Contact* contact) override {
    for (std::size_t i = 0; i < 2; ++i)
      if (touches(contact, legs[i])) on_ground[i] = false;
  }

 private:
  static bool touches(b2Contact* contact, const b2Body* body) {
    return contact->GetFixtureA()->GetBody() == body || contact->GetFixtureB()->GetBody() == body;
  }

  void build_moon(std::span<const double> ground) {
    const b2BodyDef fixed;
    b2Body* moon = box->CreateBody(&fixed);
    b2EdgeShape edge;
    b2FixtureDef floor;
    floor.shape = &edge;
    edge.SetTwoSided(vector(0, 0), vector(view_width, 0));
    moon->CreateFixture(&floor);
    floor.friction = 0.1f;
    for (std::size_t i = 0; i + 1 < ground.size(); ++i) {
      const double x = chunk_width * static_cast<double>(i);
      edge.SetTwoSided(vector(x, ground[i]), vector(x + chunk_width, ground[i + 1]));
      moon->CreateFixture(&floor);
    }
  }

  void build_lander() {
    std::array<b2Vec2, hull.size()> corners;
    for (std::size_t i = 0; i < hull.size(); ++i)
      corners[i] = vector(hull[i][0] / scale, hull[i][1] / scale);
    b2PolygonShape shape;
    shape.Set(corners.data(), static_cast<int32>(corners.size()));
    b2FixtureDef part;
    part.shape = &shape;
    part.density = 5;
    part.friction = 0.1f;
    part.filter.categoryBits = body_bit;
    part.filter.maskBits = ground_bit;
    b2BodyDef moving;
    moving.type = b2_dynamicBody;
    moving.position = vector(view_width / 2, view_height);
    lander = box->CreateBody(&moving);
    lander->CreateFixture(&part);
  }

  // The first leg is the right one.
  void build_leg(std::size_t which) {
    const double i = which == 0 ? -1 : 1;
    b2PolygonShape shape;
    shape.SetAsBox(static_cast<float>(leg_width), static_cast<float>(leg_height));
    b2FixtureDef part;
    part.shape = &shape;
    part.density = 1;
    part.filter.categoryBits = leg_bit;
    part.filter.maskBits = ground_bit;
    b2BodyDef moving;
    moving.type = b2_dynamicBody;
    moving.position = vector(view_width / 2 - i * leg_away, view_height);
    moving.angle = static_cast<float>(i * 0.05);
    legs[which] = box->CreateBody(&moving);
    legs[which]->CreateFixture(&part);
    b2RevoluteJointDef joint;
    joint.bodyA = lander;
    joint.bodyB = legs[which];
    joint.localAnchorA = vector(0, 0);
    joint.localAnchorB = vector(i * leg_away, leg_down);
    joint.enableMotor = true;
    joint.maxMotorTorque = static_cast<float>(leg_torque);
    joint.motorSpeed = static_cast<float>(0.3 * i);
    joint.enableLimit = true;
    joint.lowerAngle = which == 0 ? 0.4f : -0.9f;
    joint.upperAngle = which == 0 ? 0.9f : -0.4f;
    box->CreateJoint(&joint);
  }
};

}  // namespace sandlot::classic
