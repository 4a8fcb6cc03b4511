// Fitted Q iteration and LSPI against sweeps of a table over the same samples.
#include <doctest/doctest.h>

#include <set>

#include "tests/agents/fitted/samples.h"
#include "tests/agents/fitted/setup.h"

using namespace sandlot;
using doctest::Approx;

namespace {

// Random steps on slippery ice, with terminations (holes, the goal) and truncations (after 12
// steps); every state that is bootstrapped from has each action tried.
constexpr const char* kWorld = "{name: frozen_lake, copies: 2, wrappers: {step_limit: 12}}";

void check_against_sweeps(const std::string& agent, int count) {
  FittedSetup setup(kWorld, agent);
  std::vector<Sample> samples;
  TrainingLoop loop(*setup.world, 6000);
  record(loop, samples);
  setup.agent->train(loop);
  REQUIRE(samples.size() == 6000);
  int terminated = 0, truncated = 0;
  std::set<std::pair<int, int>> tried;
  for (const Sample& s : samples) {
    tried.insert({s.state, s.action});
    terminated += s.terminated;
    truncated += s.truncated;
  }
  REQUIRE(terminated > 100);
  REQUIRE(truncated > 5);
  for (const Sample& s : samples)
    for (int a = 0; a < 4; ++a)
      if (!s.terminated) REQUIRE(tried.contains({s.next, a}));
  const Table expected = sweeps(samples, 4, 0.9, count);
  for (const auto& [state, action] : tried) {
    CAPTURE(state);
    CAPTURE(action);
    const auto values = action_values(*setup.agent, {static_cast<float>(state)}, 4);
    CHECK(static_cast<double>(values[static_cast<std::size_t>(action)]) ==
          Approx(expected.at({state, action})).epsilon(1e-4).scale(0.01));
  }
}

}  // namespace

// A tree without limits is a table of means.
TEST_CASE("fitted q: with a full tree it is the sweeps of a table") {
  for (const int iterations : {1, 2, 7}) {
    CAPTURE(iterations);
    check_against_sweeps("{name: fitted_q, discount: 0.9, steps_per_round: 6000, iterations: " +
                             std::to_string(iterations) +
                             ", value_function: {learner: decision_tree}}",
                         iterations);
  }
}

TEST_CASE("fitted q: rounds go on from the values of the round before") {
  // The last of three rounds sees all samples, so that values are those of at least its own sweeps;
  // with this many they stay.
  check_against_sweeps(
      "{name: fitted_q, discount: 0.9, steps_per_round: 2000, epsilon: 1, iterations: 150, "
      "value_function: {learner: decision_tree}}",
      300);
}

// With a feature for each state and little ridge, LSPI ends at the best values of what was seen.
TEST_CASE("lspi: with a table it solves the sampled world") {
  check_against_sweeps(
      "{name: lspi, discount: 0.9, steps_per_round: 6000, ridge: 1e-9, value_function: {features: "
      "table}}",
      400);
  check_against_sweeps(
      "{name: lspi, discount: 0.9, steps_per_round: 2000, epsilon: 1, ridge: 1e-9, "
      "value_function: {features: table}}",
      400);
}

// With γ = 0 the weights are those of ridge regression of the rewards: with one state and n visits
// of an action, its value is Σ r / (n + ridge).
TEST_CASE("lspi: the ridge counts as steps without reward") {
  FittedSetup setup("{name: random_walk, states: 1}",
                    "{name: lspi, discount: 0, steps_per_round: 100, ridge: 5, value_function: "
                    "{features: table}}");
  std::vector<Sample> samples;
  TrainingLoop loop(*setup.world, 100);
  record(loop, samples);
  setup.agent->train(loop);
  const int actions = setup.world->spec().action.n;
  for (int a = 0; a < actions; ++a) {
    double sum = 0, n = 0;
    const int state = samples[0].state;
    for (const Sample& s : samples)
      if (s.action == a) sum += s.reward, ++n;
    const auto values = action_values(*setup.agent, {static_cast<float>(state)}, actions);
    CHECK(static_cast<double>(values[static_cast<std::size_t>(a)]) == Approx(sum / (n + 5)));
    CHECK(sum > 0);
  }
}

// Every choice costs 8, so that with γ = 0.95 nothing is below -8 / 0.05 = -160; four iterations
// see no more than four choices ahead, -29.7, and twelve more.
TEST_CASE(
    "fitted q: learners of every kind, with the action as their choice of model or as input") {
  for (const char* agent :
       {"value_function: {learner: extra_trees, trees: 20}",
        "value_function: {learner: extra_trees, trees: 20}, action: input",
        "value_function: {learner: gradient_boosting, rounds: 60}",
        "value_function: {learner: mlp, hidden: [32], epochs: 40}, action: input"}) {
    CAPTURE(agent);
    FittedSetup setup("{name: mountain_car, wrappers: {action_repeat: 8, step_limit: 60}}",
                      "{name: fitted_q, discount: 0.95, steps_per_round: 500, iterations: 4, "
                      "epsilon: 0.3, " +
                          std::string(agent) + "}");
    TrainingLoop loop(*setup.world, 1500);
    setup.agent->train(loop);
    float worst = 0, best = -1000;
    Random random(3);
    for (int i = 0; i < 200; ++i) {
      const std::vector<float> state{static_cast<float>(random.uniform(-1.0, 0.4)),
                                     static_cast<float>(random.uniform(-0.03, 0.03))};
      for (const float value : action_values(*setup.agent, state, 3)) {
        worst = std::min(worst, value);
        best = std::max(best, value);
      }
    }
    CHECK(worst >= -160);
    CHECK(worst < -35);
    CHECK(best < 0);
  }
}

TEST_CASE("fitted q: before the first round all actions are worth 0 and taken alike") {
  FittedSetup setup("{name: cart_pole}", "{name: fitted_q, steps_per_round: 5000}");
  std::vector<int> counts(2);
  TrainingLoop loop(*setup.world, 2000);
  loop.before_step = [&](const Actions& a) { ++counts[static_cast<std::size_t>(a.discrete[0])]; };
  setup.agent->train(loop);
  CHECK(action_values(*setup.agent, {0, 0, 0, 0}, 2) == std::vector<float>{0, 0});
  CHECK(counts[0] > 900);  // within five deviations
  CHECK(counts[0] < 1100);
}
