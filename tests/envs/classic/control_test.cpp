// The worlds with continuous states: step functions against known answers and a second derivation.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "envs/classic/acrobot.h"
#include "envs/classic/cart_pole.h"
#include "envs/classic/double_pole.h"
#include "envs/classic/mountain_car.h"
#include "envs/classic/xor.h"

using namespace sandlot;
using namespace sandlot::classic;

namespace {

constexpr double pi = std::numbers::pi;

// Solves the symmetric system [a b; b c] (x, y) = (e, f).
std::array<double, 2> solve2(double a, double b, double c, double e, double f) {
  const double det = a * c - b * b;
  return {(c * e - b * f) / det, (a * f - b * e) / det};
}

StepResult act(Environment& env, int action) { return env.step({.index = action, .values = {}}); }

}  // namespace

TEST_CASE("cart pole: Gymnasium's known answer") {
  CartPole env;
  env.set_state({.0273956, -.00611216, .03585979, .0197368});
  const StepResult result = act(env, 1);
  CHECK(result.reward == 1);
  CHECK(result.status == Status::running);
  std::array<float, 4> seen{};
  env.observe(seen);
  const std::array expected{.02727336, .18847767, .03625453, -.26141977};
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(static_cast<double>(seen[i]) == doctest::Approx(expected[i]).epsilon(1e-6));
}

// Lagrange's equations of a rod on a cart as a linear system in the two accelerations.
TEST_CASE("cart pole: steps agree with the equations of motion solved as a system") {
  Random random(3);
  CartPole env;
  for (int trial = 0; trial < 1000; ++trial) {
    const CartPole::State s{random.uniform(-2.4, 2.4), random.uniform(-3, 3),
                            random.uniform(-0.2, 0.2), random.uniform(-3, 3)};
    const int action = static_cast<int>(random.below(2));
    const double force = action == 1 ? 10 : -10, m = 0.1, l = 0.5;
    const double sine = std::sin(s.angle), cosine = std::cos(s.angle);
    const auto [a, alpha] =
        solve2(1 + m, m * l * cosine, 4.0 / 3 * m * l * l,
               force + m * l * s.angular_velocity * s.angular_velocity * sine, m * 9.8 * l * sine);
    env.set_state(s);
    act(env, action);
    CHECK(env.state().x == doctest::Approx(s.x + 0.02 * s.velocity).epsilon(1e-12));
    CHECK(env.state().velocity == doctest::Approx(s.velocity + 0.02 * a).epsilon(1e-12));
    CHECK(env.state().angle == doctest::Approx(s.angle + 0.02 * s.angular_velocity).epsilon(1e-12));
    CHECK(env.state().angular_velocity ==
          doctest::Approx(s.angular_velocity + 0.02 * alpha).epsilon(1e-12));
  }
}

TEST_CASE("cart pole: where an episode ends") {
  CartPole env;
  const double limit = 12 * pi / 180;
  const auto ends = [&env](CartPole::State s) {
    env.set_state(s);
    return act(env, 0).status == Status::terminated;
  };
  CHECK(!ends({2.39, 0, 0, 0}));
  CHECK(ends({2.39, 0.6, 0, 0}));
  CHECK(ends({-2.39, -0.6, 0, 0}));
  CHECK(!ends({0, 0, limit - 1e-6, 0}));
  CHECK(ends({0, 0, limit - 1e-6, 0.01}));
  CHECK(ends({0, 0, -limit + 1e-6, -0.01}));
  CHECK(env.spec().step_limit == 500);
}

// Mean length under random play: 22.3 (deviation of one episode about 12, so 20,000 give ±0.085).
TEST_CASE("cart pole: random play lasts as long as it should, inside the space") {
  CartPole env;
  Random random(5);
  std::array<float, 4> seen{};
  double steps = 0;
  constexpr int episodes = 20000;
  for (int e = 0; e < episodes; ++e) {
    env.reset(static_cast<Seed>(e));
    for (Status status = Status::running; status == Status::running; ++steps) {
      status = act(env, static_cast<int>(random.below(2))).status;
      env.observe(seen);
      REQUIRE(env.spec().observation.contains(seen.data()));
    }
  }
  CHECK(std::abs(steps / episodes - 22.3) < 0.4);
}

TEST_CASE("cart pole: without velocities only they are missing") {
  CartPole whole, part({.velocities = false});
  CHECK(whole.spec().observation.size() == 4);
  CHECK(part.spec().observation == Space::box({-4.8f, static_cast<float>(-24 * pi / 180)},
                                              {4.8f, static_cast<float>(24 * pi / 180)}));
  CHECK(part.spec().observation_names == std::vector<std::string>{"position", "angle"});
  Random random(7);
  for (Seed seed = 0; seed < 20; ++seed) {
    whole.reset(seed);
    part.reset(seed);
    for (StepResult result; result.status == Status::running;) {
      std::array<float, 4> seen{};
      std::array<float, 3> less{0, 0, 77};
      whole.observe(seen);
      part.observe(std::span(less).first(2));
      REQUIRE(less == std::array<float, 3>{seen[0], seen[2], 77});
      const int action = static_cast<int>(random.below(2));
      result = act(whole, action);
      const StepResult other = act(part, action);
      REQUIRE(other.reward == result.reward);
      REQUIRE(other.status == result.status);
    }
  }
}

TEST_CASE("mountain car: steps, walls and goal") {
  MountainCar env;
  env.set_state({-0.5, 0.01});
  act(env, 2);
  CHECK(env.state().velocity == doctest::Approx(0.01 + 0.001 - 0.0025 * std::cos(-1.5)));
  CHECK(env.state().position == doctest::Approx(-0.5 + env.state().velocity));
  env.set_state({-1.19, -0.07});
  StepResult result = act(env, 0);
  CHECK(env.state().position == -1.2);
  CHECK(env.state().velocity == 0);
  CHECK(result.status == Status::running);
  env.set_state({0.45, 0.0699});
  result = act(env, 2);
  CHECK(env.state().velocity == 0.07);
  CHECK(env.state().position == doctest::Approx(0.52));
  CHECK(result.reward == -1);
  CHECK(result.status == Status::terminated);
  CHECK(env.spec().step_limit == 200);
}

// Without the engine p̈ = −.0025·cos 3p has the energy v²/2 + .0025/3·sin 3p; this way of stepping
// (velocity first) keeps it near, so the car never climbs much higher than where it was let go.
TEST_CASE("mountain car: coasting keeps the energy, pushing with the motion reaches the flag") {
  MountainCar env;
  const auto energy = [&env] {
    const auto s = env.state();
    return s.velocity * s.velocity / 2 + 0.0025 / 3 * std::sin(3 * s.position);
  };
  env.set_state({-0.9, 0});
  const double start = energy();
  for (int t = 0; t < 2000; ++t) {
    act(env, 1);
    REQUIRE(std::abs(energy() - start) < 0.05 * 0.0025 / 3);
  }
  for (Seed seed = 0; seed < 100; ++seed) {
    env.reset(seed);
    REQUIRE(env.state().position >= -0.6);
    REQUIRE(env.state().position < -0.4);
    REQUIRE(env.state().velocity == 0);
    int steps = 0;
    for (Status status = Status::running; status == Status::running; ++steps)
      status = act(env, env.state().velocity < 0 ? 0 : 2).status;
    CHECK(steps < 200);
    CHECK(steps > 80);
  }
}

// The two-link pendulum as M(θ)·acceleration = torques, integrated by a Runge–Kutta step of its
// own.
TEST_CASE("acrobot: steps agree with the equations of motion solved as a system") {
  using State = Acrobot::State;
  const auto rate = [](const State& s, double torque) -> State {
    const double c2 = std::cos(s[1]), s2 = std::sin(s[1]);
    const double m11 = 0.25 + (1 + 0.25 + c2) + 2, m12 = 0.25 + 0.5 * c2 + 1, m22 = 1.25;
    const double pull2 = 0.5 * 9.8 * std::sin(s[0] + s[1]);
    const double pull1 = 1.5 * 9.8 * std::sin(s[0]) + pull2;
    const double swing1 = -0.5 * s2 * (s[3] * s[3] + 2 * s[2] * s[3]);
    const double swing2 = 0.5 * s2 * s[2] * s[2];
    const auto [a1, a2] = solve2(m11, m12, m22, -pull1 - swing1, torque - pull2 - swing2);
    return {s[2], s[3], a1, a2};
  };
  const auto plus = [](State s, const State& k, double h) {
    for (std::size_t i = 0; i < 4; ++i) s[i] += h * k[i];
    return s;
  };
  Random random(9);
  Acrobot env;
  for (int trial = 0; trial < 1000; ++trial) {
    const State s{random.uniform(-pi, pi), random.uniform(-pi, pi), random.uniform(-3, 3),
                  random.uniform(-5, 5)};
    const int action = static_cast<int>(random.below(3));
    const State k1 = rate(s, action - 1), k2 = rate(plus(s, k1, 0.1), action - 1),
                k3 = rate(plus(s, k2, 0.1), action - 1), k4 = rate(plus(s, k3, 0.2), action - 1);
    State next = s;
    for (std::size_t i = 0; i < 4; ++i)
      next[i] += 0.2 / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
    env.set_state(s);
    const StepResult result = act(env, action);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(std::abs(std::remainder(env.state()[i] - next[i], 2 * pi)) < 1e-9);
      CHECK(std::abs(env.state()[i]) <= pi);
    }
    CHECK(std::abs(env.state()[2] - std::clamp(next[2], -4 * pi, 4 * pi)) < 1e-9);
    CHECK(std::abs(env.state()[3] - std::clamp(next[3], -9 * pi, 9 * pi)) < 1e-9);
    const bool above = -std::cos(next[0]) - std::cos(next[0] + next[1]) > 1;
    CHECK((result.status == Status::terminated) == above);
    CHECK(result.reward == (above ? 0 : -1));
  }
}

TEST_CASE("acrobot: hanging still stays, and the start is near it") {
  Acrobot env;
  env.set_state({0, 0, 0, 0});
  act(env, 1);
  for (const double v : env.state()) CHECK(std::abs(v) < 1e-12);
  env.reset(4);
  for (const double v : env.state()) CHECK(std::abs(v) <= 0.1);
  CHECK(env.spec().step_limit == 500);
}

// Lagrange's equations of two rods on a cart as a linear system in the three accelerations, without
// the friction of the hinges, which a rod of length 2 l and mass m feels as μ θ̇ at its hinge.
TEST_CASE("double pole: accelerations solve the equations of motion") {
  Random random(3);
  for (int trial = 0; trial < 1000; ++trial) {
    DoublePole::State s{};
    for (double& v : s) v = random.uniform(-1, 1);
    const double force = random.uniform(-10, 10);
    const DoublePole::State d = DoublePole::derivatives(s, force);
    const double a = d[1];
    double cart = 1.11 * a - force;  // (M + Σ m) a + Σ m l (θ̈ cos θ − θ̇² sin θ) = F
    for (std::size_t i = 0; i < 2; ++i) {
      const double m = i == 0 ? 0.1 : 0.01, l = i == 0 ? 0.5 : 0.05;
      const double sine = std::sin(s[2 + 2 * i]), cosine = std::cos(s[2 + 2 * i]);
      const double w = s[3 + 2 * i], alpha = d[3 + 2 * i];
      cart += m * l * (alpha * cosine - w * w * sine);
      // 4/3 m l² θ̈ + m l a cos θ = m g l sin θ − μ θ̇
      const double pole =
          4.0 / 3 * m * l * l * alpha + m * l * a * cosine - m * 9.8 * l * sine + 2e-6 * w;
      CHECK(std::abs(pole) < 1e-12);
    }
    CHECK(std::abs(cart) < 1e-10);
  }
}

TEST_CASE("double pole: without force and friction worth the name, energy stays") {
  DoublePole env({.lean = 10});
  env.reset(1);
  const auto energy = [&] {
    const auto& s = env.state();
    double sum = 0.5 * s[1] * s[1];
    for (std::size_t i = 0; i < 2; ++i) {
      const double m = i == 0 ? 0.1 : 0.01, l = i == 0 ? 0.5 : 0.05;
      const double angle = s[2 + 2 * i], w = s[3 + 2 * i];
      const double vx = s[1] + l * w * std::cos(angle), vy = -l * w * std::sin(angle);
      sum += 0.5 * m * (vx * vx + vy * vy) + 0.5 * (m * l * l / 3) * w * w +
             m * 9.8 * l * std::cos(angle);
    }
    return sum;
  };
  const double start = energy();
  const float nothing = 0;
  int steps = 0;
  while (env.step({0, {&nothing, 1}}).status == Status::running) ++steps;
  CHECK(steps > 10);
  CHECK(energy() == doctest::Approx(start).epsilon(1e-4));
}

TEST_CASE("double pole: starts, ends, the grid and Gruau's reward") {
  DoublePole env({.damping = true, .steps = 150});
  env.reset(7);
  CHECK(env.state()[2] == doctest::Approx(4 * pi / 180));
  env.begin_at({});  // upright, at rest: nothing moves, so that it is as calm as can be
  const float nothing = 0;
  double sum = 0;
  StepResult result;
  int steps = 0;
  env.begin_at({0.1, 0, 0, 0, 0, 0});
  for (; result.status == Status::running; ++steps) {
    result = env.step({0, {&nothing, 1}});
    sum += static_cast<double>(result.reward);
  }
  CHECK(steps == 150);
  CHECK(env.goal_reached());
  // 0.1 for lasting, and 0.9 · 0.75 / (100 · 0.1).
  CHECK(sum == doctest::Approx(0.1 + 0.0675));

  CHECK(DoublePole::grid_state(312) == DoublePole::State{});
  const auto first = DoublePole::grid_state(0), last = DoublePole::grid_state(624);
  CHECK(first[0] == doctest::Approx(-0.9 * 2.16));
  CHECK(last[3] == doctest::Approx(0.9 * 8.6 * pi / 180));
  env.begin_at({2.39, 5, 0, 0, 0, 0});
  CHECK(env.step({0, {&nothing, 1}}).status == Status::terminated);
  CHECK_FALSE(env.goal_reached());
}

TEST_CASE("xor: a return from 0 to 16, and the goal on the right side of a half") {
  Xor env;
  const auto play = [&](std::array<float, 4> answers) {
    env.reset(1);
    float sum = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      std::array<float, 2> seen{};
      env.observe(seen);
      CHECK(seen[0] == static_cast<float>(i / 2));
      CHECK(seen[1] == static_cast<float>(i % 2));
      const StepResult result = env.step({0, {&answers[i], 1}});
      CHECK((result.status == Status::terminated) == (i == 3));
      sum += result.reward;
    }
    return sum;
  };
  CHECK(play({0, 1, 1, 0}) == 16);
  CHECK(env.goal_reached());
  CHECK(play({1, 0, 0, 1}) == 0);
  CHECK_FALSE(env.goal_reached());
  CHECK(play({0.25f, 0.75f, 0.75f, 0.5f}) == doctest::Approx(2.75 * 2.75));
  CHECK_FALSE(env.goal_reached());
}
