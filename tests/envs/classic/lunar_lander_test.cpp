// The lunar lander: its physics against values worked out by hand, its reward against the formula,
// and what a known controller and random play are worth in it.
#include "envs/classic/lunar_lander.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "agents/tabular/random_agent.h"
#include "envs/classic/register.h"
#include "sim/config/experiment_config.h"
#include "sim/core/episode.h"
#include "sim/core/scene.h"
#include "tests/envs/classic/lunar_lander.h"

using namespace sandlot;
using namespace sandlot::classic;
using namespace sandlot::test;
using doctest::Approx;

namespace {

// The lander is a trapezium of 14·2 and 17·2 by 17 on a box of 17·2 by 10, the legs boxes of 4 by
// 16, all in 1/30 m; densities 5 and 1.
constexpr double kHull = ((28 + 34) / 2.0 * 17 + 34 * 10) / 900 * 5;
constexpr double kMass = kHull + 2 * (4 * 16 / 900.0);
// From m/s to the velocities of the observation.
constexpr double kAcross = 10 / 50.0, kUp = 20 / 3.0 / 50;

bool has_event(const Environment& env, std::string_view name) {
  EventSink sink;
  env.events(sink);
  return std::any_of(sink.list().begin(), sink.list().end(),
                     [&](const auto& event) { return event.name == name; });
}

struct Returns {
  double mean = 0;
  int landed = 0;
};

template <class Step>
Returns play(const LunarLander::Settings& settings, int episodes, Step step) {
  Episode<LunarLander> env{LunarLander(settings), WrapperSettings{}};
  Returns returns;
  for (int e = 0; e < episodes; ++e) {
    env.reset(static_cast<Seed>(e));
    StepResult result;
    while (result.status == Status::running) result = step(env);
    if (has_event(env, "landed")) ++returns.landed;
    returns.mean += env.episode_return() / episodes;
  }
  return returns;
}

}  // namespace

TEST_CASE("lunar lander: what it says of itself") {
  const LunarLander env, continuous({.continuous = true});
  const EnvironmentSpec& spec = env.spec();
  const auto turn = static_cast<float>(2 * std::acos(-1.0));
  CHECK(spec.observation == Space::box({-2.5f, -2.5f, -10, -10, -turn, -10, 0, 0},
                                       {2.5f, 2.5f, 10, 10, turn, 10, 1, 1}));
  CHECK(spec.action == Space::discrete(4));
  CHECK(continuous.spec().action == Space::box({2}, -1, 1));
  CHECK(continuous.spec().action_names.empty());
  CHECK(spec.step_limit == 1000);
  CHECK(spec.frames_per_second == 50);
}

TEST_CASE("lunar lander: the ground is smoothed noise with a flat pad") {
  LunarLander env;
  std::array<double, LunarLander::chunks> mean{};
  constexpr int episodes = 4000;
  for (Seed seed = 0; seed < episodes; ++seed) {
    env.reset(seed);
    const auto& ground = env.ground();
    for (const std::size_t i : {4u, 5u, 6u}) REQUIRE(ground[i] == Approx(3.3));
    // 0.33 times three heights of up to 20/3 m, one or two of which are those of the pad.
    for (std::size_t i = 0; i < ground.size(); ++i) {
      const double pads = i == 3 || i == 7 ? 2 : i == 2 || i == 8 ? 1 : 0;
      if (i >= 4 && i <= 6) continue;
      REQUIRE(ground[i] >= 1.1 * pads - 1e-9);
      REQUIRE(ground[i] <= 1.1 * pads + 2.2 * (3 - pads) + 1e-9);
      mean[i] += ground[i] / episodes;
    }
  }
  // Each height is 10/3 m on average, as high as the pad: 3.3 after smoothing. Deviations of one
  // mean: .33·√3·(20/3)/√12/√4000 = 0.017.
  for (const std::size_t i : {0u, 1u, 2u, 3u, 7u, 8u, 9u, 10u})
    CHECK(std::abs(mean[i] - 3.3) < 0.07);
}

// A push of up to 1000 N each way for one step: 1000·.02/4.96 = 4.03 m/s, less what gravity gives.
TEST_CASE("lunar lander: it starts at the top of the view, pushed at random") {
  LunarLander env;
  double most_x = 0, square_x = 0, least_y = 0, most_y = 0;
  constexpr int episodes = 4000;
  for (Seed seed = 0; seed < episodes; ++seed) {
    env.reset(seed);
    const Seen s = observed(env);
    // One step's way from (10, 13.33), 9.4 m above the pad and the legs.
    REQUIRE(s[X] == Approx(s[VX] / kAcross * 0.02 / 10).epsilon(0.02));
    REQUIRE(std::abs(s[Y] - (40 / 3.0 - (10 / 3.0 + 0.6)) / (20 / 3.0)) < 0.015);
    REQUIRE(std::abs(s[Angle]) < 0.03);
    most_x = std::max(most_x, std::abs(s[VX]));
    square_x += s[VX] * s[VX] / episodes;
    least_y = std::min(least_y, s[VY]);
    most_y = std::max(most_y, s[VY]);
  }
  const double push = 1000 * 0.02 / kMass;
  CHECK(std::abs(most_x - push * kAcross) < 0.01);
  CHECK(std::abs(std::sqrt(square_x) - push * kAcross / std::sqrt(3.0)) < 0.012);
  CHECK(std::abs(least_y - (-push - 0.2) * kUp) < 0.02);
  CHECK(std::abs(most_y - (push - 0.2) * kUp) < 0.02);
}

TEST_CASE("lunar lander: gravity and engines are as strong as they should be") {
  std::array<Seen, 4> change{};  // of one step, by its action
  constexpr int episodes = 500;
  LunarLander env;
  double main_square = 0;
  for (Seed seed = 0; seed < episodes; ++seed)
    for (int action = 0; action < 4; ++action) {
      env.reset(seed);
      for (int t = 0; t < 12; ++t) act(env, kNothing);  // the legs have swung out
      const Seen before = observed(env);
      act(env, action);
      const Seen after = observed(env);
      for (std::size_t i = 0; i < 8; ++i)
        change[static_cast<std::size_t>(action)][i] += (after[i] - before[i]) / episodes;
      if (action == kMain) {
        const double lift = (after[VY] - before[VY]) / kUp + 0.2;
        main_square += lift * lift / episodes;
      }
    }
  // Gravity: −10 m/s² · .02 s.
  CHECK(change[kNothing][VY] == Approx(-0.2 * kUp).epsilon(0.01));
  CHECK(std::abs(change[kNothing][VX]) < 1e-4);
  // The main engine: 13 times an offset of 4/30 m, give or take twice 1/30 (deviation 2/30/√3).
  const double main = 13 * 4 / 30.0 / kMass, spread = 13 * 2 / 30.0 / std::sqrt(3.0) / kMass;
  const double lift = change[kMain][VY] / kUp + 0.2;
  CHECK(lift == Approx(main).epsilon(0.04));
  CHECK(std::sqrt(main_square - lift * lift) == Approx(spread).epsilon(0.1));
  // The side engines: .6 times 12/30 m; they act 14/30 m above the middle, so they turn it too.
  const double side = 0.6 * 12 / 30.0 / kMass;
  CHECK(change[kLeft][VX] / kAcross == Approx(-side).epsilon(0.04));
  CHECK(change[kRight][VX] / kAcross == Approx(side).epsilon(0.04));
  CHECK(change[kLeft][Turn] > 0.03);
  CHECK(change[kRight][Turn] == Approx(-change[kLeft][Turn]).epsilon(0.1));
}

TEST_CASE("lunar lander: gravity is a setting") {
  LunarLander env({.gravity = -1.5});
  double change = 0;
  env.reset(3);
  for (int t = 0; t < 12; ++t) act(env, kNothing);
  change = -observed(env)[VY];
  for (int t = 0; t < 20; ++t) act(env, kNothing);
  change += observed(env)[VY];
  CHECK(change == Approx(-1.5 * 0.02 * 20 * kUp).epsilon(0.02));
}

TEST_CASE("lunar lander: full throttles are the discrete actions, small ones are off or half") {
  const std::array<std::array<float, 2>, 4> same{{{-1, 0.5f}, {0, -1}, {1, -0.5f}, {0, 1}}};
  Random random(11);
  for (Seed seed = 0; seed < 20; ++seed) {
    LunarLander discrete, continuous({.continuous = true});
    discrete.reset(seed);
    continuous.reset(seed);
    for (StepResult result; result.status == Status::running;) {
      const auto action = random.below(4);
      result = act(discrete, static_cast<int>(action));
      const StepResult other = act(continuous, same[action][0], same[action][1]);
      REQUIRE(other.reward == result.reward);
      REQUIRE(other.status == result.status);
      REQUIRE(observed(continuous) == observed(discrete));
    }
  }
  // What a throttle adds to the fall, in one step of the same episode.
  const auto push = [](float main, float side) {
    LunarLander env({.continuous = true});
    Seen change{};
    for (const float on : {0.0f, 1.0f}) {
      env.reset(2);
      for (int t = 0; t < 12; ++t) act(env, 0, 0);
      act(env, on * main, on * side);
      const Seen s = observed(env);
      for (std::size_t i = 0; i < 8; ++i) change[i] += on > 0 ? s[i] : -s[i];
    }
    return change;
  };
  CHECK(push(1, 0)[VY] > 0.03);
  CHECK(push(1e-6f, 0)[VY] == Approx(0.5 * push(1, 0)[VY]).epsilon(0.01));
  CHECK(push(0.5f, 0)[VY] == Approx(0.75 * push(1, 0)[VY]).epsilon(0.01));
  CHECK(push(0, 0.75f)[VX] == Approx(0.75 * push(0, 1)[VX]).epsilon(0.01));
  CHECK(push(0, -0.51f)[VX] == Approx(0.51 * push(0, -1)[VX]).epsilon(0.01));
  CHECK(push(-1, 0.5f) == Seen{});
}

TEST_CASE("lunar lander: rewards are the formula's, and the last one says how it ended") {
  const auto shaping = [](const Seen& s) {
    return -100 * std::hypot(s[X], s[Y]) - 100 * std::hypot(s[VX], s[VY]) -
           100 * std::abs(s[Angle]) + 10 * s[RightLeg] + 10 * s[LeftLeg];
  };
  LunarLander env({.continuous = true});
  Random random(4);
  int crashed = 0, left = 0;
  for (Seed seed = 0; seed < 200; ++seed) {
    env.reset(seed);
    for (StepResult result; result.status == Status::running;) {
      const Seen before = observed(env);
      const float main = 2 * random.uniform_float() - 1, side = 2 * random.uniform_float() - 1;
      result = act(env, main, side);
      const Seen after = observed(env);
      const bool out = std::abs(after[X]) >= 1;
      CHECK(has_event(env, "left_the_screen") == out);
      if (result.status == Status::terminated) {
        CHECK(result.reward == -100);
        CHECK((out || has_event(env, "crashed")));
        (out ? left : crashed) += 1;
        continue;
      }
      REQUIRE(!out);
      if (std::abs(after[Angle]) > 6.28 || std::abs(before[Angle]) > 6.28) continue;  // cut off
      const double fuel = (main > 0 ? 0.3 * (0.5 + 0.5 * static_cast<double>(main)) : 0) +
                          (std::abs(side) > 0.5f ? 0.03 * std::abs(static_cast<double>(side)) : 0);
      REQUIRE(std::abs(static_cast<double>(result.reward) -
                       (shaping(after) - shaping(before) - fuel)) < 1e-3);
    }
  }
  CHECK(crashed > 100);
  CHECK(left > 20);
  LunarLander calm;
  for (Seed seed = 0; seed < 5; ++seed) {
    calm.reset(seed);
    StepResult result;
    while (result.status == Status::running) result = Controller{}.step(calm);
    if (!has_event(calm, "landed")) continue;
    CHECK(result.reward == 100);
    const Seen s = observed(calm);
    CHECK(std::hypot(s[VX], s[VY]) < 0.01);
  }
}

// Over 3000 seeds the controller has a mean of 234.2 (deviation of one episode 105; 90% land) with
// discrete actions, of 282.0 (26; 99.7%) with continuous ones: 100 episodes give ±10.5 and ±2.6.
TEST_CASE("lunar lander: the well-known controller solves it") {
  const Returns discrete = play({}, 100, [](Environment& env) { return Controller{}.step(env); });
  CAPTURE(discrete.mean);
  CHECK(discrete.mean >= 200);
  CHECK(discrete.landed >= 80);
  const Controller controller{.continuous = true};
  const Returns continuous =
      play({.continuous = true}, 100, [&](Environment& env) { return controller.step(env); });
  CAPTURE(continuous.mean);
  CHECK(continuous.mean >= 270);
  CHECK(continuous.landed >= 97);
}

// −199.8 over 3000 episodes (deviation of one episode 134, of this mean 4.2); −180 to −200 is what
// others report.
TEST_CASE("lunar lander: random play is worth what it should be") {
  Random random(5);
  const Returns returns =
      play({}, 1000, [&](Environment& env) { return act(env, static_cast<int>(random.below(4))); });
  CAPTURE(returns.mean);
  CHECK(std::abs(returns.mean - -190) < 25);
}

TEST_CASE("lunar lander: wind changes the way, no more than its power, and not on the ground") {
  const auto after = [](const LunarLander::Settings& settings, Seed seed, int steps) {
    LunarLander env(settings);
    env.reset(seed);
    for (int t = 0; t < steps; ++t) act(env, kNothing);
    return observed(env);
  };
  double most = 0, most_turn = 0;
  for (Seed seed = 0; seed < 300; ++seed) {
    const Seen calm = after({}, seed, 0), windy = after({.wind = true}, seed, 0);
    REQUIRE(windy != calm);
    most = std::max(most, std::abs(windy[VX] - calm[VX]) / kAcross);
    most_turn = std::max(most_turn, std::abs(windy[Turn] - calm[Turn]));
    CHECK(after({.wind = true, .wind_power = 0, .turbulence_power = 0}, seed, 30) ==
          after({}, seed, 30));
  }
  // 15 N for one step, at most tanh(2) of it.
  CHECK(most <= std::tanh(2.0) * 15 * 0.02 / kMass * 1.02);
  CHECK(most >= 0.8 * 15 * 0.02 / kMass);
  CHECK(most_turn > 0.001);
  // The controller that knows of no wind lands less often in it.
  const auto landed = [](const LunarLander::Settings& settings) {
    return play(settings, 50, [](Environment& env) { return Controller{}.step(env); }).landed;
  };
  CHECK(landed({.wind = true}) < landed({}));
}

TEST_CASE("lunar lander: pictures show flames only while engines burn") {
  LunarLander env;
  const auto primitives = [&env](int action) {
    env.reset(1);
    act(env, action);
    Scene scene;
    env.draw(scene);
    const auto count = scene.primitives().size();
    env.draw(scene);
    CHECK(scene.primitives().size() == count);
    return count;
  };
  CHECK(primitives(kMain) > primitives(kNothing));
  CHECK(primitives(kLeft) > primitives(kNothing));
  CHECK(primitives(kLeft) == primitives(kRight));
}

TEST_CASE("lunar lander: wrong settings are refused, word for word") {
  Registry registry;
  register_classic(registry);
  registry.add_agent<RandomAgent>("random", "The baseline.");
  const auto errors = [&](const std::string& settings) -> std::string {
    try {
      parse_config(registry,
                   "name: x\nenvironment: {name: lunar_lander, " + settings +
                       "}\nagent: {name: random}\ntraining: {steps: 1}\n",
                   "test.yaml");
    } catch (const ConfigError& e) {
      return e.what();
    }
    return "no error";
  };
  CHECK(errors("gravity: -3.7, continuous: true") == "no error");
  CHECK(errors("wind: true, wind_power: 20, turbulence_power: 2") == "no error");
  CHECK(
      errors("gravity: -12") ==
      "test.yaml:2:44: environment.gravity: expected a number above -12 and at most 0, not '-12'");
  CHECK(errors("gravity: 0") == "test.yaml:2:35: environment.gravity: expected a number below 0");
  CHECK(errors("gravity: 1") ==
        "test.yaml:2:44: environment.gravity: expected a number above -12 and at most 0, not '1'");
  CHECK(errors("wind: true, wind_power: 20.5") ==
        "test.yaml:2:59: environment.wind_power: expected a number between 0 and 20, not '20.5'");
  CHECK(
      errors("wind: true, turbulence_power: -1") ==
      "test.yaml:2:65: environment.turbulence_power: expected a number between 0 and 2, not '-1'");
  CHECK(errors("wind_power: 10") ==
        "test.yaml:2:35: environment.wind_power: applies only with wind: true");
}
