#include "envs/classic/lunar_lander.h"

#include <box2d/box2d.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <span>
#include <string>

#include "envs/classic/palette.h"

namespace sandlot::classic {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double frames_per_second = 50;
constexpr double scale = 30;  // the lengths below are given in parts of 1/30 m
constexpr double view_width = 600 / scale, view_height = 400 / scale;

constexpr double main_power = 13, side_power = 0.6;  // N·s per metre of the nozzle's offset
constexpr double main_below = 4 / scale;             // of the middle
constexpr double side_away = 12 / scale, side_above = 14 / scale;
// The point where a side engine's push acts is a little off, and turns with the lander otherwise
// than its body does: as in Gymnasium, which notes it.
constexpr double side_lean = 17 / scale;
constexpr double initial_force = 1000;  // N, during the first step
constexpr double leg_away = 20 / scale, leg_down = 18 / scale;
constexpr double leg_width = 2 / scale, leg_height = 8 / scale;  // halves
constexpr double leg_torque = 40;                                // N·m

constexpr double pad_height = view_height / 4;
constexpr int middle = LunarLander::chunks / 2;
constexpr double chunk_width = view_width / (LunarLander::chunks - 1);

constexpr std::uint16_t ground_bit = 0x0001, body_bit = 0x0010, leg_bit = 0x0020;

constexpr std::array<std::array<double, 2>, 6> hull{
    {{-14, 17}, {-17, 0}, {-17, -10}, {17, -10}, {17, 0}, {14, 17}}};

constexpr std::array<float, 8> bounds{2.5f, 2.5f, 10, 10, static_cast<float>(2 * pi), 10, 1, 1};

b2Vec2 vector(double x, double y) { return {static_cast<float>(x), static_cast<float>(y)}; }

double gust(int k) { return std::tanh(std::sin(0.02 * k) + std::sin(pi * 0.01 * k)); }

Point point(b2Vec2 v) { return {v.x, v.y}; }

// A number in [0, 1) that looks random, for what is scattered in the picture.
float fraction(float x, int i) {
  const float v = std::sin(x * 12.9898f + static_cast<float>(i) * 78.233f) * 437.585f;
  return v - std::floor(v);
}

void draw_sky(Scene& scene) {
  constexpr int bands = 16;  // lighter toward the horizon
  for (int i = 0; i < bands; ++i) {
    const float top = 9.5f * (1 - static_cast<float>(i) / bands);
    scene.rectangle({10, top / 2}, 20, top, palette::dusk.with_alpha(13));
  }
  for (int i = 0; i < 90; ++i) {
    const float x = 20 * fraction(0.1f, i), y = 4.5f + 8.8f * fraction(0.7f, i);
    const float size = fraction(1.3f, i);
    const auto light = static_cast<std::uint8_t>(70 + 170 * fraction(2.9f, i));
    scene.circle({x, y}, 0.014f + 0.03f * size * size * size, palette::star.with_alpha(light));
  }
  const Point earth{16.6f, 10.9f};
  scene.circle(earth, 0.98f, palette::earth.with_alpha(22));
  scene.circle(earth, 0.86f, palette::earth.with_alpha(34));
  scene.circle(earth, 0.75f, palette::earth);
  scene.circle({earth.x - 0.24f, earth.y + 0.2f}, 0.26f, palette::earth_land);
  scene.circle({earth.x + 0.02f, earth.y + 0.3f}, 0.17f, palette::earth_land);
  scene.circle({earth.x - 0.1f, earth.y - 0.33f}, 0.2f, palette::earth_land);
  scene.line({earth.x - 0.6f, earth.y - 0.05f}, {earth.x + 0.2f, earth.y - 0.02f},
             palette::star.with_alpha(130), 0.09f);
  scene.line({earth.x - 0.2f, earth.y + 0.46f}, {earth.x + 0.4f, earth.y + 0.5f},
             palette::star.with_alpha(130), 0.07f);
  // The night side, as a crescent.
  std::array<Point, 34> night{};
  for (std::size_t i = 0; i < 17; ++i) {
    const float turn = static_cast<float>(pi) * (static_cast<float>(i) / 16 - 0.5f);
    const float x = std::cos(turn), y = std::sin(turn);
    night[i] = {earth.x + 0.75f * x, earth.y + 0.75f * y};
    night[33 - i] = {earth.x + 0.28f * x, earth.y + 0.75f * y};
  }
  scene.polygon(night, palette::night.with_alpha(170));
}

void draw_moon(Scene& scene, std::span<const double> ground) {
  constexpr std::size_t ridge = 61;
  std::array<Point, ridge + 2> hills{};
  for (std::size_t i = 0; i < ridge; ++i) {
    const float x = static_cast<float>(i) / 3;
    hills[i] = {x, 3.6f + 0.7f * std::sin(0.62f * x + 0.8f) + 0.35f * std::sin(1.7f * x) +
                       0.12f * std::sin(4.1f * x + 2)};
  }
  hills[ridge] = {20, 0};
  hills[ridge + 1] = {0, 0};
  scene.polygon(hills, palette::moon_far);

  std::array<Point, LunarLander::chunks + 2> moon{};
  for (std::size_t i = 0; i < ground.size(); ++i)
    moon[i] = {static_cast<float>(chunk_width) * static_cast<float>(i),
               static_cast<float>(ground[i])};
  moon[ground.size()] = {20, 0};
  moon[ground.size() + 1] = {0, 0};
  scene.polygon(moon, palette::moon);
  for (int i = 0; i < 70; ++i) {  // craters, well below the surface
    const float x = 20 * fraction(4.2f, i), size = 0.05f + 0.16f * fraction(5.5f, i);
    const auto left = static_cast<std::size_t>(x / static_cast<float>(chunk_width));
    const float surface = std::min(moon[left].y, moon[left + 1].y) - 0.25f - size;
    const float y = surface * fraction(6.1f, i);
    if (surface < 0.1f) continue;
    scene.circle({x, y}, size, palette::moon_dark.with_alpha(120));
    scene.circle({x + size * 0.18f, y - size * 0.18f}, size * 0.72f,
                 palette::moon_light.with_alpha(50));
  }
  scene.line(std::span<const Point>(moon).first(ground.size()), palette::moon_light, 0.09f);

  const float pad = static_cast<float>(ground[middle]);
  constexpr float from = static_cast<float>(chunk_width) * (middle - 1);
  constexpr float to = static_cast<float>(chunk_width) * (middle + 1);
  scene.rectangle({(from + to) / 2, pad - 0.07f}, to - from, 0.16f, palette::strut_dark, 0.05f);
  for (int i = 0; i < 9; ++i)
    scene.circle({from + 0.2f + 0.45f * static_cast<float>(i), pad - 0.07f}, 0.045f, palette::lamp);
  for (const float x : {from, to}) {
    scene.line({x, pad}, {x, pad + 1.6f}, palette::strut, 0.05f);
    const std::array cloth{Point{x + 0.02f, pad + 1.6f}, Point{x + 0.85f, pad + 1.38f},
                           Point{x + 0.02f, pad + 1.16f}};
    scene.polygon(cloth, palette::amber);
    scene.circle({x, pad + 1.62f}, 0.05f, palette::star);
  }
}

}  // namespace

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

void LunarLander::Settings::fields(Fields& f) {
  f.boolean("continuous", continuous, "two throttles instead of four actions");
  f.number("gravity", gravity, "m/s², upward; must be below 0",
           Range{.low = -12, .high = 0, .open_low = true});
  f.boolean("wind", wind, "a force and a torque that change slowly, in the air");
  f.when(wind, "wind: true", [&] {
    f.number("wind_power", wind_power, "the largest force of the wind, N", Range::between(0, 20));
    f.number("turbulence_power", turbulence_power, "the largest torque of the wind, N·m",
             Range::between(0, 2));
  });
}

void LunarLander::Settings::check(Issues& issues) const {
  if (gravity >= 0) issues.add("gravity", "expected a number below 0");
}

LunarLander::LunarLander(const Settings& settings)
    : settings_(settings), world_(std::make_unique<World>()) {
  spec_.name = "lunar_lander";
  spec_.has_goal = true;
  std::vector<float> low, high(bounds.begin(), bounds.end());
  for (std::size_t i = 0; i < bounds.size(); ++i) low.push_back(i < 6 ? -bounds[i] : 0);
  spec_.observation = Space::box(low, high);
  spec_.observation_names = {
      "x", "y", "x velocity", "y velocity", "angle", "angular velocity", "right leg", "left leg"};
  spec_.step_limit = 1000;
  if (settings.continuous) {
    spec_.action = Space::box({2}, -1, 1);
    throttles_.reserve(2 * static_cast<std::size_t>(spec_.step_limit));
  } else {
    spec_.action = Space::discrete(4);
    spec_.action_names = {"nothing", "left engine", "main engine", "right engine"};
    spec_.action_keys = {"", "left", "up", "right"};
    actions_.reserve(static_cast<std::size_t>(spec_.step_limit));
  }
  spec_.reward_high = std::numeric_limits<float>::infinity();
  spec_.reward_low = -spec_.reward_high;
  spec_.frames_per_second = frames_per_second;
  spec_.real_time = true;
  reset(0);
}

LunarLander::LunarLander(LunarLander&&) noexcept = default;
LunarLander& LunarLander::operator=(LunarLander&&) noexcept = default;
LunarLander::~LunarLander() = default;

void LunarLander::reset(Seed seed) {
  seed_ = seed;
  actions_.clear();
  throttles_.clear();
  engines_ = Random(derive(seed, "engines"));

  Random terrain(derive(seed, "terrain"));
  std::array<double, chunks + 1> rough{};
  for (double& height : rough) height = terrain.uniform(0, view_height / 2);
  for (int i = middle - 2; i <= middle + 2; ++i) rough[static_cast<std::size_t>(i)] = pad_height;
  // The one before the first is the last.
  for (std::size_t i = 0; i < chunks; ++i)
    ground_[i] = 0.33 * (rough[i == 0 ? chunks : i - 1] + rough[i] + rough[i + 1]);

  Random start(derive(seed, "start"));
  const double push_x = start.uniform(-initial_force, initial_force);
  const double push_y = start.uniform(-initial_force, initial_force);
  Random wind(derive(seed, "wind"));
  wind_at_ = static_cast<int>(wind.below(2 * 9999)) - 9999;
  torque_at_ = static_cast<int>(wind.below(2 * 9999)) - 9999;

  world_->build(settings_.gravity, ground_, vector(push_x, push_y));
  advance({});
  legs_before_ = world_->on_ground;
}

LunarLander::Burn LunarLander::burn_of(const Action& action) const {
  Burn burn;
  if (!settings_.continuous) {
    burn.main = action.index == 2 ? 1 : 0;
    burn.side = action.index == 1 || action.index == 3 ? 1 : 0;
    burn.direction = burn.side * (action.index - 2);
    return burn;
  }
  const auto main = static_cast<double>(action.values[0]);
  const auto side = static_cast<double>(action.values[1]);
  if (main > 0) burn.main = (main + 1) / 2;
  if (std::abs(side) > 0.5) {
    burn.side = std::abs(side);
    burn.direction = side > 0 ? 1 : -1;
  }
  return burn;
}

StepResult LunarLander::step(Action action) {
  // Longer episodes than the usual ones let the history grow; it is kept from then on.
  if (settings_.continuous)
    throttles_.insert(throttles_.end(), action.values.begin(), action.values.end());
  else
    actions_.push_back(static_cast<std::uint8_t>(action.index));
  return advance(burn_of(action));
}

StepResult LunarLander::advance(const Burn& burn) {
  const double shaping_before = shaping_;
  legs_before_ = world_->on_ground;
  if (settings_.wind && !world_->on_ground[0] && !world_->on_ground[1]) blow();
  fire(burn);
  world_->box->Step(static_cast<float>(1 / frames_per_second), 6 * 30, 2 * 30);
  measure();
  if (goal_reached()) return {100, Status::terminated};
  if (world_->crashed || outside()) return {-100, Status::terminated};
  return {static_cast<float>(shaping_ - shaping_before - burn.main * 0.30 - burn.side * 0.03),
          Status::running};
}

bool LunarLander::goal_reached() const { return !world_->lander->IsAwake(); }

void LunarLander::blow() {
  world_->lander->ApplyForceToCenter(vector(gust(wind_at_++) * settings_.wind_power, 0), true);
  world_->lander->ApplyTorque(static_cast<float>(gust(torque_at_++) * settings_.turbulence_power),
                              true);
}

void LunarLander::fire(const Burn& burn) {
  burn_ = burn;
  for (double& miss : dispersion_) miss = engines_.uniform(-1, 1) / scale;
  b2Body& lander = *world_->lander;
  const auto angle = static_cast<double>(lander.GetAngle());
  const double sine = std::sin(angle), cosine = std::cos(angle);
  const auto x = static_cast<double>(lander.GetPosition().x);
  const auto y = static_cast<double>(lander.GetPosition().y);
  // A nozzle is (ox, oy) away from the middle and pushes the other way, the harder the further.
  if (burn.main > 0) {
    const double along = main_below + 2 * dispersion_[0], across = dispersion_[1];
    const double ox = sine * along - cosine * across, oy = -cosine * along - sine * across;
    const double power = main_power * burn.main;
    lander.ApplyLinearImpulse(vector(-ox * power, -oy * power), vector(x + ox, y + oy), true);
  }
  if (burn.side > 0) {
    const double along = dispersion_[0];
    const double across = 3 * dispersion_[1] + burn.direction * side_away;
    const double ox = sine * along - cosine * across, oy = -cosine * along - sine * across;
    const double power = side_power * burn.side;
    lander.ApplyLinearImpulse(vector(-ox * power, -oy * power),
                              vector(x + ox - sine * side_lean, y + oy + cosine * side_above),
                              true);
  }
}

void LunarLander::measure() {
  const b2Body& lander = *world_->lander;
  const b2Vec2 at = lander.GetPosition(), velocity = lander.GetLinearVelocity();
  constexpr double half_width = view_width / 2, half_height = view_height / 2;
  values_ = {(static_cast<double>(at.x) - half_width) / half_width,
             (static_cast<double>(at.y) - (pad_height + leg_down)) / half_height,
             static_cast<double>(velocity.x) * half_width / frames_per_second,
             static_cast<double>(velocity.y) * half_height / frames_per_second,
             static_cast<double>(lander.GetAngle()),
             20 * static_cast<double>(lander.GetAngularVelocity()) / frames_per_second,
             world_->on_ground[0] ? 1.0 : 0.0,
             world_->on_ground[1] ? 1.0 : 0.0};
  const auto [x, y, vx, vy, angle, turn, right, left] = values_;
  shaping_ = -100 * std::sqrt(x * x + y * y) - 100 * std::sqrt(vx * vx + vy * vy) -
             100 * std::abs(angle) + 10 * right + 10 * left;
}

void LunarLander::observe(std::span<float> out) const {
  for (std::size_t i = 0; i < values_.size(); ++i)
    out[i] = std::clamp(static_cast<float>(values_[i]), -bounds[i], bounds[i]);
}

void LunarLander::events(EventSink& sink) const {
  for (std::size_t i = 0; i < 2; ++i) {
    if (world_->on_ground[i] && !legs_before_[i])
      sink.add(i == 0 ? "right_leg_down" : "left_leg_down");
    if (!world_->on_ground[i] && legs_before_[i]) sink.add(i == 0 ? "right_leg_up" : "left_leg_up");
  }
  if (goal_reached()) {
    sink.add("landed", values_[0]);
    return;
  }
  if (world_->crashed) sink.add("crashed");
  if (outside()) sink.add("left_the_screen");
}

void LunarLander::save(Writer& out) const {
  out.write(seed_);
  if (settings_.continuous)
    out.write(throttles_);
  else
    out.write(actions_);
  out.write(values_);
}

void LunarLander::load(Reader& in) {
  const Seed seed = in.read<Seed>();
  std::vector<std::uint8_t> actions;
  std::vector<float> throttles;
  std::size_t steps = 0;
  if (settings_.continuous) {
    in.read(throttles);
    if (throttles.size() % 2 != 0) in.fail("a step of the lander has one throttle");
    for (const float v : throttles)
      if (!(v >= -1 && v <= 1)) in.fail("a throttle of the lander is outside −1 to 1");
    steps = throttles.size() / 2;
  } else {
    in.read(actions);
    for (const std::uint8_t action : actions)
      if (action > 3) in.fail("an action of the lander is not one of its four");
    steps = actions.size();
  }
  std::array<double, 8> values{};
  in.read(values);
  reset(seed);
  for (std::size_t t = 0; t < steps; ++t) {
    const Action action = settings_.continuous
                              ? Action{.index = 0, .values = std::span(throttles).subspan(2 * t, 2)}
                              : Action{.index = actions[t], .values = {}};
    if (step(action).status != Status::running && t + 1 < steps)
      in.fail("the lander's episode ends before its last action");
  }
  // Damage, other settings, or a Box2D or C library that computes differently.
  if (values != values_) in.fail("the lander's actions lead elsewhere than when it was saved");
}

void LunarLander::draw(Scene& scene) const {
  scene.begin(900, 600, palette::night);
  scene.use_world({.center = {10, static_cast<float>(view_height / 2)}, .width = 20, .y_up = true});
  draw_sky(scene);
  draw_moon(scene, ground_);
  draw_lander(scene);
}

void LunarLander::draw_lander(Scene& scene) const {
  const b2Transform& at = world_->lander->GetTransform();
  const auto body = [&at](float x, float y) { return point(b2Mul(at, b2Vec2(x, y))); };
  const float angle = world_->lander->GetAngle();
  // How the flames flicker: from the engines' aim, which differs in each step.
  const auto flicker = static_cast<float>(dispersion_[0] * scale);
  const auto sway = static_cast<float>(dispersion_[1] * scale);

  if (burn_.main > 0) {
    const float power = static_cast<float>(burn_.main);
    const auto flame = [&](float wide, float length, Color color) {
      const float tip = -0.42f - length * power * (1 + 0.25f * flicker);
      const float lean = 0.12f * sway;
      const std::array outline{
          body(-wide, -0.42f), body(-wide * 1.1f, -0.42f + (tip + 0.42f) * 0.35f), body(lean, tip),
          body(wide * 1.1f, -0.42f + (tip + 0.42f) * 0.35f), body(wide, -0.42f)};
      scene.polygon(outline, color);
    };
    scene.circle(body(0, -0.75f), 0.62f * power, palette::lava_glow.with_alpha(26));
    scene.circle(body(0, -0.7f), 0.42f * power, palette::lava_glow.with_alpha(34));
    for (int i = 0; i < 9; ++i) {  // sparks
      const float far = 0.75f + 0.13f * static_cast<float>(i) + 0.2f * fraction(sway, i);
      const float off = (fraction(flicker, i) - 0.5f) * (0.16f + 0.34f * (far - 0.7f)) * 2;
      const auto fade = static_cast<std::uint8_t>(210 - 20 * i);
      scene.circle(body(off, -0.2f - far * power), 0.055f - 0.004f * static_cast<float>(i),
                   palette::lava_glow.with_alpha(fade));
    }
    flame(0.17f, 1.15f, palette::lava.with_alpha(210));
    flame(0.125f, 0.85f, palette::lava_glow);
    flame(0.07f, 0.5f, palette::flame_core);
  }
  if (burn_.side > 0) {
    // "Left" pushes to the left: its nozzle is on the right.
    const float side = -static_cast<float>(burn_.direction), power = static_cast<float>(burn_.side);
    for (int i = 0; i < 7; ++i) {
      const float far = static_cast<float>(i) * 0.105f * power;
      const float off = (fraction(sway, i) - 0.5f) * 0.35f * far + 0.05f * flicker;
      const auto fade = static_cast<std::uint8_t>(225 - 30 * i);
      scene.circle(body(side * (0.62f + far), 0.3f + off), 0.045f + 0.014f * static_cast<float>(i),
                   palette::plume.with_alpha(fade));
    }
  }

  for (std::size_t i = 0; i < 2; ++i) {
    const b2Transform& leg = world_->legs[i]->GetTransform();
    const auto place = [&leg](double x, double y) { return point(b2Mul(leg, vector(x, y))); };
    const float side = i == 0 ? 1 : -1;
    const Point top = place(0, leg_height), foot = place(0, -leg_height);
    scene.line(body(side * 0.4f, -0.26f), place(0, -leg_height * 0.3), palette::strut, 0.05f);
    scene.line(body(side * 0.5f, 0), top, palette::strut, 0.06f);
    const std::array shin{place(-leg_width, leg_height), place(leg_width, leg_height),
                          place(leg_width, -leg_height), place(-leg_width, -leg_height)};
    scene.polygon(shin, palette::strut, {palette::strut_dark, 0.025f});
    scene.rectangle(foot, 0.3f, 0.07f, world_->on_ground[i] ? palette::lamp : palette::strut, 0.03f,
                    world_->legs[i]->GetAngle());
  }

  const std::array nozzle{body(-0.1f, -0.3f), body(-0.17f, -0.45f), body(0.17f, -0.45f),
                          body(0.1f, -0.3f)};
  scene.polygon(nozzle, palette::strut_dark);
  std::array<Point, hull.size()> outline;
  for (std::size_t i = 0; i < hull.size(); ++i)
    outline[i] =
        body(static_cast<float>(hull[i][0] / scale), static_cast<float>(hull[i][1] / scale));
  scene.polygon(outline, palette::cabin);
  const std::array shade{body(0.2f, 0.567f),    body(0.467f, 0.567f), body(0.567f, 0),
                         body(0.567f, -0.333f), body(0.3f, -0.333f),  body(0.3f, 0)};
  scene.polygon(shade, palette::cabin_shade);
  // The lower half is wrapped in gold foil.
  const std::array foil{body(-0.567f, 0), body(-0.567f, -0.333f), body(0.567f, -0.333f),
                        body(0.567f, 0)};
  scene.polygon(foil, palette::amber);
  const std::array foil_shade{body(0.1f, 0), body(0.22f, -0.333f), body(0.567f, -0.333f),
                              body(0.567f, 0)};
  scene.polygon(foil_shade, palette::amber_dark);
  for (const float x : {-0.4f, -0.2f, 0.0f, 0.2f, 0.4f})
    scene.line(body(x, -0.01f), body(x + (x < 0 ? 0.07f : -0.07f), -0.32f),
               palette::strut_dark.with_alpha(70), 0.02f);
  scene.polygon(outline, Color{0, 0, 0, 0}, {palette::strut_dark, 0.035f});
  for (const float side : {-1.0f, 1.0f})
    scene.rectangle(body(side * 0.55f, 0.3f), 0.12f, 0.16f, palette::strut_dark, 0.03f, angle);
  scene.circle(body(-0.05f, 0.29f), 0.17f, palette::strut_dark);
  scene.circle(body(-0.05f, 0.29f), 0.135f, palette::visor);
  scene.circle(body(-0.095f, 0.335f), 0.045f, palette::flame_core.with_alpha(220));
  scene.line(body(0.25f, 0.567f), body(0.25f, 0.78f), palette::strut, 0.03f);
  scene.circle(body(0.25f, 0.8f), 0.045f, palette::lava);
}

}  // namespace sandlot::classic
