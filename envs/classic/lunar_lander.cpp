#include "envs/classic/lunar_lander.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <string>

#include "envs/classic/lunar_lander_world.h"

namespace sandlot::classic {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double frames_per_second = 50;

constexpr double main_power = 13, side_power = 0.6;  // N·s per metre of the nozzle's offset
constexpr double main_below = 4 / scale;             // of the middle
constexpr double side_away = 12 / scale, side_above = 14 / scale;
// The point where a side engine's push acts is a little off, and turns with the lander otherwise
// than its body does: as in Gymnasium, which notes it.
constexpr double side_lean = 17 / scale;
constexpr double initial_force = 1000;  // N, during the first step

constexpr double pad_height = view_height / 4;
constexpr std::array<float, 8> bounds{2.5f, 2.5f, 10, 10, static_cast<float>(2 * pi), 10, 1, 1};

double gust(int k) { return std::tanh(std::sin(0.02 * k) + std::sin(pi * 0.01 * k)); }

}  // namespace

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

}  // namespace sandlot::classic
