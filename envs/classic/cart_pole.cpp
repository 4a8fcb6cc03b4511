#include "envs/classic/cart_pole.h"

#include <array>
#include <cmath>
#include <numbers>

#include "envs/classic/palette.h"

namespace sandlot::classic {
namespace {

constexpr double gravity = 9.8;
constexpr double pole_mass = 0.1;
constexpr double total_mass = 1.0 + pole_mass;
constexpr double half_length = 0.5;
constexpr double force_size = 10;
constexpr double time_step = 0.02;
constexpr double angle_limit = 12 * 2 * std::numbers::pi / 360;

}  // namespace

CartPole::CartPole(const Settings& settings) : velocities_(settings.velocities) {
  spec_.name = "cart_pole";
  // Twice the limits of position and angle. The speeds are bounds too: crossing the whole allowed
  // range once under the largest acceleration gives less, and one crossing ends the episode.
  constexpr float position = 4.8f, angle = static_cast<float>(2 * angle_limit);
  std::vector<float> bound{position, angle};
  spec_.observation_names = {"position", "angle"};
  if (velocities_) {
    bound = {position, 10, angle, 5};
    spec_.observation_names = {"position", "velocity", "angle", "angular velocity"};
  }
  std::vector<float> low;
  for (const float b : bound) low.push_back(-b);
  spec_.observation = Space::box(low, bound);
  spec_.action = Space::discrete(2);
  spec_.action_names = {"left", "right"};
  spec_.action_keys = {"left", "right"};
  spec_.step_limit = 500;
  spec_.reward_low = spec_.reward_high = 1;
  spec_.frames_per_second = 50;
  spec_.real_time = true;
}

bool CartPole::fallen() const { return state_.angle < -angle_limit || state_.angle > angle_limit; }

void CartPole::reset(Seed seed) {
  Random random(derive(seed, "start"));
  for (double* value : {&state_.x, &state_.velocity, &state_.angle, &state_.angular_velocity})
    *value = random.uniform(-0.05, 0.05);
  push_ = 0;
}

StepResult CartPole::step(Action action) {
  push_ = action.index == 1 ? 1 : -1;
  const double sine = std::sin(state_.angle), cosine = std::cos(state_.angle);
  const double w = state_.angular_velocity;
  const double drive = (push_ * force_size + pole_mass * half_length * w * w * sine) / total_mass;
  const double angular_acceleration =
      (gravity * sine - cosine * drive) /
      (half_length * (4.0 / 3.0 - pole_mass * cosine * cosine / total_mass));
  const double acceleration =
      drive - pole_mass * half_length * angular_acceleration * cosine / total_mass;
  state_.x += time_step * state_.velocity;
  state_.velocity += time_step * acceleration;
  state_.angle += time_step * state_.angular_velocity;
  state_.angular_velocity += time_step * angular_acceleration;
  return {1, off_track() || fallen() ? Status::terminated : Status::running};
}

void CartPole::observe(std::span<float> out) const {
  std::size_t i = 0;
  out[i++] = static_cast<float>(state_.x);
  if (velocities_) out[i++] = static_cast<float>(state_.velocity);
  out[i++] = static_cast<float>(state_.angle);
  if (velocities_) out[i++] = static_cast<float>(state_.angular_velocity);
}

void CartPole::events(EventSink& sink) const {
  if (off_track()) sink.add("left_the_track");
  if (fallen()) sink.add("pole_fell");
}

void CartPole::save(Writer& out) const {
  out.write(std::array{state_.x, state_.velocity, state_.angle, state_.angular_velocity});
  out.write(push_);
}

void CartPole::load(Reader& in) {
  std::array<double, 4> values{};
  in.read(values);
  for (const double v : values)
    if (!std::isfinite(v)) in.fail("the cart's state is not finite");
  state_ = {values[0], values[1], values[2], values[3]};
  in.read(push_);
  if (push_ < -1 || push_ > 1) in.fail("the last push is not valid");
}

void CartPole::draw(Scene& scene) const {
  scene.begin(800, 450, palette::background);
  scene.use_world({.center = {0, 0.62f}, .width = 5.6f, .y_up = true});
  const auto x = static_cast<float>(state_.x);
  scene.rectangle({0, -0.62f}, 6, 1.0f, palette::ground);
  scene.line({-2.4f, -0.1f}, {2.4f, -0.1f}, palette::ink, 0.045f);
  for (int i = -4; i <= 4; ++i) {
    const float at = 0.6f * static_cast<float>(i);
    scene.line({at, -0.1f}, {at, -0.19f}, palette::ink, 0.025f);
  }
  for (const float end : {-2.4f, 2.4f})
    scene.rectangle({end, 0.02f}, 0.07f, 0.32f, palette::lava, 0.03f);
  // How far the pole may lean.
  const float pivot = 0.16f;
  for (const double limit : {-angle_limit, angle_limit})
    scene.line({x, pivot},
               {x + 1.18f * static_cast<float>(std::sin(limit)),
                pivot + 1.18f * static_cast<float>(std::cos(limit))},
               palette::muted.with_alpha(70), 0.012f);
  if (push_ != 0) {
    const float side = static_cast<float>(push_), tail = x - side * 0.72f, tip = x - side * 0.34f;
    scene.line({tail, 0.09f}, {tip - side * 0.1f, 0.09f}, palette::goal, 0.045f);
    const std::array head{Point{tip, 0.09f}, Point{tip - side * 0.13f, 0.17f},
                          Point{tip - side * 0.13f, 0.01f}};
    scene.polygon(head, palette::goal);
  }
  scene.rectangle({x, 0.09f}, 0.54f, 0.22f, palette::agent, 0.05f);
  scene.rectangle({x, 0.03f}, 0.54f, 0.06f, palette::agent_dark, 0.02f);
  for (const float wheel : {-0.16f, 0.16f})
    scene.circle({x + wheel, -0.035f}, 0.055f, palette::ink, {palette::tile, 0.014f});
  const Point tip{x + static_cast<float>(std::sin(state_.angle)),
                  pivot + static_cast<float>(std::cos(state_.angle))};
  scene.line({x, pivot}, tip, palette::amber_dark, 0.1f);
  scene.line({x, pivot}, tip, palette::amber, 0.075f);
  scene.circle({x, pivot}, 0.045f, palette::tile, {palette::ink, 0.018f});
}

}  // namespace sandlot::classic
