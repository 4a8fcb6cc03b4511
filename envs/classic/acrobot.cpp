#include "envs/classic/acrobot.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "envs/classic/palette.h"

namespace sandlot::classic {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double gravity = 9.8;
constexpr double length = 1;    // of the first link
constexpr double center = 0.5;  // of mass, along each link
constexpr double mass = 1;
constexpr double inertia = 1;
constexpr double time_step = 0.2;
constexpr double top_speed_1 = 4 * pi;
constexpr double top_speed_2 = 9 * pi;

using State = Acrobot::State;

State derivative(const State& s, double torque) {
  const auto [theta1, theta2, w1, w2] = s;
  const double sine = std::sin(theta2), cosine = std::cos(theta2);
  const double d1 = mass * center * center +
                    mass * (length * length + center * center + 2 * length * center * cosine) +
                    2 * inertia;
  const double d2 = mass * (center * center + length * center * cosine) + inertia;
  const double phi2 = mass * center * gravity * std::cos(theta1 + theta2 - pi / 2);
  const double phi1 = -mass * length * center * w2 * w2 * sine -
                      2 * mass * length * center * w2 * w1 * sine +
                      (mass * center + mass * length) * gravity * std::cos(theta1 - pi / 2) + phi2;
  const double a2 = (torque + d2 / d1 * phi1 - mass * length * center * w1 * w1 * sine - phi2) /
                    (mass * center * center + inertia - d2 * d2 / d1);
  const double a1 = -(d2 * a2 + phi1) / d1;
  return {w1, w2, a1, a2};
}

State advanced(const State& s, const State& rate, double time) {
  return {s[0] + time * rate[0], s[1] + time * rate[1], s[2] + time * rate[2],
          s[3] + time * rate[3]};
}

double wrapped(double angle) {
  while (angle > pi) angle -= 2 * pi;
  while (angle < -pi) angle += 2 * pi;
  return angle;
}

}  // namespace

Acrobot::Acrobot(const Settings&) {
  spec_.name = "acrobot";
  spec_.has_goal = true;
  const std::vector<float> bound{
      1, 1, 1, 1, static_cast<float>(top_speed_1), static_cast<float>(top_speed_2)};
  std::vector<float> low;
  for (const float b : bound) low.push_back(-b);
  spec_.observation = Space::box(low, bound);
  spec_.observation_names = {"cos θ1", "sin θ1", "cos θ2", "sin θ2", "velocity 1", "velocity 2"};
  spec_.action = Space::discrete(3);
  spec_.action_names = {"torque −1", "none", "torque +1"};
  spec_.action_keys = {"left", "", "right"};
  spec_.step_limit = 500;
  spec_.reward_low = -1;
  spec_.reward_high = 0;
  spec_.frames_per_second = 15;
  spec_.real_time = true;
}

void Acrobot::reset(Seed seed) {
  Random random(derive(seed, "start"));
  for (double& value : state_) value = random.uniform(-0.1, 0.1);
  torque_ = 0;
}

bool Acrobot::above_the_line() const {
  return -std::cos(state_[0]) - std::cos(state_[0] + state_[1]) > 1;
}

StepResult Acrobot::step(Action action) {
  torque_ = static_cast<std::int8_t>(action.index - 1);
  const State k1 = derivative(state_, torque_);
  const State k2 = derivative(advanced(state_, k1, time_step / 2), torque_);
  const State k3 = derivative(advanced(state_, k2, time_step / 2), torque_);
  const State k4 = derivative(advanced(state_, k3, time_step), torque_);
  for (std::size_t i = 0; i < 4; ++i)
    state_[i] += time_step / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
  state_[0] = wrapped(state_[0]);
  state_[1] = wrapped(state_[1]);
  state_[2] = std::clamp(state_[2], -top_speed_1, top_speed_1);
  state_[3] = std::clamp(state_[3], -top_speed_2, top_speed_2);
  if (above_the_line()) return {0, Status::terminated};
  return {-1, Status::running};
}

void Acrobot::observe(std::span<float> out) const {
  out[0] = static_cast<float>(std::cos(state_[0]));
  out[1] = static_cast<float>(std::sin(state_[0]));
  out[2] = static_cast<float>(std::cos(state_[1]));
  out[3] = static_cast<float>(std::sin(state_[1]));
  out[4] = static_cast<float>(state_[2]);
  out[5] = static_cast<float>(state_[3]);
}

void Acrobot::events(EventSink& sink) const {
  if (above_the_line()) sink.add("above_the_line");
}

void Acrobot::save(Writer& out) const {
  out.write(state_);
  out.write(torque_);
}

void Acrobot::load(Reader& in) {
  in.read(state_);
  in.read(torque_);
  const bool valid = std::abs(state_[0]) <= pi && std::abs(state_[1]) <= pi &&
                     std::abs(state_[2]) <= top_speed_1 && std::abs(state_[3]) <= top_speed_2 &&
                     std::abs(int{torque_}) <= 1;
  if (!valid) in.fail("the acrobot's state is not valid");
}

void Acrobot::draw(Scene& scene) const {
  scene.begin(600, 600, palette::background);
  scene.use_world({.center = {0, 0}, .width = 5, .y_up = true});
  scene.circle({0, 0}, 2, palette::tile.with_alpha(160));
  scene.rectangle({0, 1.75f}, 5, 1.5f, palette::goal.with_alpha(28));
  for (int i = -12; i <= 12; ++i) {
    const float x = 0.2f * static_cast<float>(i);
    scene.line({x - 0.05f, 1}, {x + 0.05f, 1}, palette::goal, 0.03f);
  }
  scene.rectangle({0, 0}, 0.7f, 0.07f, palette::muted, 0.03f);
  const double both = state_[0] + state_[1];
  const Point elbow{static_cast<float>(std::sin(state_[0])),
                    static_cast<float>(-std::cos(state_[0]))};
  const Point tip{elbow.x + static_cast<float>(std::sin(both)),
                  elbow.y - static_cast<float>(std::cos(both))};
  scene.line({0, 0}, elbow, palette::agent_dark, 0.2f);
  scene.line({0, 0}, elbow, palette::agent, 0.16f);
  scene.line(elbow, tip, palette::amber_dark, 0.2f);
  scene.line(elbow, tip, palette::amber, 0.16f);
  scene.circle({0, 0}, 0.085f, palette::tile, {palette::ink, 0.03f});
  scene.circle(elbow, 0.085f, palette::tile, {palette::ink, 0.03f});
  scene.circle(tip, 0.06f, palette::lava);
  if (torque_ == 0) return;
  // The motor's turn, as an arrow around the elbow.
  std::array<Point, 16> arc{};
  for (std::size_t i = 0; i < arc.size(); ++i) {
    const float at = static_cast<float>(both - pi / 2) +
                     static_cast<float>(torque_) * (0.5f + 1.6f * static_cast<float>(i) / 15);
    arc[i] = {elbow.x + 0.27f * std::cos(at), elbow.y + 0.27f * std::sin(at)};
  }
  scene.line(arc, palette::goal, 0.045f);
  const Point end = arc.back(), before = arc[arc.size() - 2];
  const float dx = end.x - before.x, dy = end.y - before.y, size = std::hypot(dx, dy);
  const Point along{dx / size * 0.13f, dy / size * 0.13f};
  const std::array head{Point{end.x + along.x, end.y + along.y},
                        Point{end.x - along.y * 0.7f, end.y + along.x * 0.7f},
                        Point{end.x + along.y * 0.7f, end.y - along.x * 0.7f}};
  scene.polygon(head, palette::goal);
}

}  // namespace sandlot::classic
