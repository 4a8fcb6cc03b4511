#include "envs/classic/double_pole.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "envs/classic/palette.h"

namespace sandlot::classic {
namespace {

constexpr double kGravity = -9.8, kCart = 1, kHinge = 2e-6, kForce = 10, kTime = 0.01;
constexpr std::array kMass{0.1, 0.01}, kHalf{0.5, 0.05};  // of the long and the short pole
constexpr double kTrack = 2.4, kDegree = std::numbers::pi / 180, kTilt = 36 * kDegree;

}  // namespace

void DoublePole::Settings::fields(Fields& f) {
  f.boolean("velocities", velocities, "false: only position and angles are observed");
  f.boolean("damping", damping, "Gruau's reward, which punishes rocking");
  f.integer("steps", steps, "how long the poles are to be held", Range::between(100, 1000000));
  f.choice("start", start, {{"fixed", Start::fixed}, {"grid", Start::grid}},
           "grid: one of the 625 states that test generalisation");
  f.when(start == Start::fixed, "start: fixed", [&] {
    f.number("lean", lean, "of the long pole at first, in degrees", Range::between(-30, 30));
  });
}

DoublePole::DoublePole(const Settings& settings) : settings_(settings) {
  spec_.name = "double_pole";
  spec_.observation_names = {"position", "long pole", "short pole"};
  if (settings_.velocities)
    spec_.observation_names = {"position",        "velocity",   "long pole",
                               "long pole turns", "short pole", "short pole turns"};
  constexpr float endless = std::numeric_limits<float>::infinity();
  spec_.observation =
      Space::box({static_cast<int>(spec_.observation_names.size())}, -endless, endless);
  spec_.action = Space::box({1}, -1, 1);
  spec_.step_limit = settings_.steps;
  spec_.reward_low = settings_.damping ? 0 : 1;
  spec_.reward_high = settings_.damping ? endless : 1;
  spec_.frames_per_second = 50;
  spec_.has_goal = true;
}

void DoublePole::begin_at(const State& state) {
  state_ = state;
  steps_ = 0;
  push_ = 0;
  wobble_ = {};
}

DoublePole::State DoublePole::grid_state(int i) {
  constexpr std::array share{0.05, 0.25, 0.5, 0.75, 0.95};
  constexpr std::array range{2.16, 1.35, 3.6 * kDegree, 8.6 * kDegree};
  State state{};
  for (std::size_t k = 0; k < range.size(); ++k, i /= 5)
    state[k] = (2 * share[static_cast<std::size_t>(i % 5)] - 1) * range[k];
  return state;
}

void DoublePole::reset(Seed seed) {
  if (settings_.start == Start::grid) {
    Random random(derive(seed, "start"));
    begin_at(grid_state(static_cast<int>(random.below(kGridStates))));
  } else {
    begin_at({0, 0, settings_.lean * kDegree, 0, 0, 0});
  }
}

// Wieland's equations: each pole acts on the cart by a force F and adds a mass M to it.
DoublePole::State DoublePole::derivatives(const State& s, double force) {
  double pull = force, mass = kCart;
  std::array<double, 2> cosine{}, turn{};
  for (std::size_t i = 0; i < 2; ++i) {
    const double angle = s[2 + 2 * i], speed = s[3 + 2 * i];
    const double sine = std::sin(angle);
    cosine[i] = std::cos(angle);
    const double moment = kHalf[i] * kMass[i];
    turn[i] = kHinge * speed / moment + kGravity * sine;
    pull += moment * speed * speed * sine + 0.75 * kMass[i] * cosine[i] * turn[i];
    mass += kMass[i] * (1 - 0.75 * cosine[i] * cosine[i]);
  }
  const double acceleration = pull / mass;
  State d{s[1], acceleration, s[3], 0, s[5], 0};
  for (std::size_t i = 0; i < 2; ++i)
    d[3 + 2 * i] = -0.75 * (acceleration * cosine[i] + turn[i]) / kHalf[i];
  return d;
}

StepResult DoublePole::step(Action action) {
  push_ = action.values[0];
  const double force = kForce * static_cast<double>(push_);
  const auto moved = [&](const State& by, double time) {
    State to;
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = state_[i] + time * by[i];
    return to;
  };
  for (int half = 0; half < 2; ++half) {
    const State a = derivatives(state_, force);
    const State b = derivatives(moved(a, kTime / 2), force);
    const State c = derivatives(moved(b, kTime / 2), force);
    const State d = derivatives(moved(c, kTime), force);
    for (std::size_t i = 0; i < state_.size(); ++i)
      state_[i] += kTime / 6 * (a[i] + 2 * (b[i] + c[i]) + d[i]);
  }
  if (settings_.damping)
    wobble_[static_cast<std::size_t>(steps_) % kDamped] =
        std::abs(state_[0]) + std::abs(state_[1]) + std::abs(state_[2]) + std::abs(state_[3]);
  ++steps_;
  const bool ends = fallen() || steps_ >= settings_.steps;
  float reward = 1;
  if (settings_.damping)
    reward = static_cast<float>(0.1 / settings_.steps + (ends ? 0.9 * calm() : 0));
  return {reward, ends ? Status::terminated : Status::running};
}

double DoublePole::calm() const {
  if (steps_ < static_cast<std::int32_t>(kDamped)) return 0;
  double sum = 0;
  for (const double w : wobble_) sum += w;
  return sum > 0 ? 0.75 / sum : 0;
}

bool DoublePole::fallen() const {
  return std::abs(state_[0]) > kTrack || std::abs(state_[2]) > kTilt || std::abs(state_[4]) > kTilt;
}

void DoublePole::observe(std::span<float> out) const {
  constexpr State scale{4.8, 2, 0.52, 2, 0.52, 2};
  const std::size_t stride = settings_.velocities ? 1 : 2;
  for (std::size_t i = 0, k = 0; i < scale.size(); i += stride)
    out[k++] = static_cast<float>(state_[i] / scale[i]);
}

void DoublePole::events(EventSink& sink) const {
  if (std::abs(state_[0]) > kTrack) sink.add("left_the_track");
  if (std::abs(state_[2]) > kTilt) sink.add("long_pole_fell");
  if (std::abs(state_[4]) > kTilt) sink.add("short_pole_fell");
}

void DoublePole::save(Writer& out) const {
  out.write(state_);
  out.write(steps_);
  out.write(push_);
  out.write(wobble_);
}

void DoublePole::load(Reader& in) {
  in.read(state_);
  in.read(steps_);
  in.read(push_);
  in.read(wobble_);
  for (const double v : state_)
    if (!std::isfinite(v)) in.fail("the cart's state is not finite");
  for (const double v : wobble_)
    if (!(v >= 0) || !std::isfinite(v)) in.fail("a past state is not finite");
  if (steps_ < 0 || steps_ > settings_.steps || !(std::abs(push_) <= 1))
    in.fail("the episode is not valid");
}

void DoublePole::draw(Scene& scene) const {
  scene.begin(800, 450, palette::background);
  scene.use_world({.center = {0, 0.62f}, .width = 5.6f, .y_up = true});
  const auto x = static_cast<float>(state_[0]);
  scene.rectangle({0, -0.62f}, 6, 1.0f, palette::ground);
  scene.line({-2.4f, -0.1f}, {2.4f, -0.1f}, palette::ink, 0.045f);
  for (const float end : {-2.4f, 2.4f})
    scene.rectangle({end, 0.02f}, 0.07f, 0.32f, palette::lava, 0.03f);
  if (std::abs(push_) > 0.02f) {
    const float side = push_ > 0 ? 1.0f : -1.0f, length = 0.5f * std::abs(push_);
    const float tip = x - side * 0.34f;
    scene.line({tip - side * (0.1f + length), 0.09f}, {tip - side * 0.1f, 0.09f}, palette::goal,
               0.045f);
    const std::array head{Point{tip, 0.09f}, Point{tip - side * 0.13f, 0.17f},
                          Point{tip - side * 0.13f, 0.01f}};
    scene.polygon(head, palette::goal);
  }
  scene.rectangle({x, 0.09f}, 0.54f, 0.22f, palette::agent, 0.05f);
  scene.rectangle({x, 0.03f}, 0.54f, 0.06f, palette::agent_dark, 0.02f);
  for (const float wheel : {-0.16f, 0.16f})
    scene.circle({x + wheel, -0.035f}, 0.055f, palette::ink, {palette::tile, 0.014f});
  const float pivot = 0.16f;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto length = static_cast<float>(2 * kHalf[i]),
               angle = static_cast<float>(state_[2 + 2 * i]);
    // The short one beside the long one, so that both can be seen.
    const Point foot{x + (i == 0 ? -0.08f : 0.14f), pivot};
    const Point tip{foot.x + length * std::sin(angle), foot.y + length * std::cos(angle)};
    scene.line(foot, tip, palette::amber_dark, 0.08f);
    scene.line(foot, tip, i == 0 ? palette::amber : palette::lava, 0.055f);
    scene.circle(foot, 0.04f, palette::tile, {palette::ink, 0.016f});
  }
}

}  // namespace sandlot::classic
