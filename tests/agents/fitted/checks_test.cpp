// What the agents refuse, word for word.
#include <doctest/doctest.h>

#include "tests/agents/fitted/setup.h"

using namespace sandlot;

TEST_CASE("checks: what fits is taken") {
  CHECK(fitted_problems("{name: cart_pole}", "{name: fitted_q}") == "");
  CHECK(fitted_problems("{name: cart_pole}", "{name: fitted_q, action: input}") == "");
  CHECK(fitted_problems("{name: taxi}", "{name: fitted_q}") == "");
  CHECK(fitted_problems("{name: taxi}", "{name: lspi, value_function: {features: table}}") == "");
  CHECK(fitted_problems("{name: cart_pole}",
                        "{name: td_control, value_function: {learner: mlp}, replay: 100}") == "");
}

TEST_CASE("checks: what the agents cannot do is refused") {
  CHECK(fitted_problems("{name: lunar_lander, continuous: true}", "{name: fitted_q}") ==
        "test.yaml:3:9: agent.name: needs discrete actions; those of lunar_lander are box(2, "
        "-1…1)\n");
  CHECK(fitted_problems("{name: lunar_lander, continuous: true}", "{name: lspi}") ==
        "test.yaml:3:9: agent.name: needs discrete actions; those of lunar_lander are box(2, "
        "-1…1)\n");
  CHECK(fitted_problems("{name: lunar_lander, continuous: true}", "{name: td_control}") ==
        "test.yaml:3:9: agent.name: needs discrete actions; those of lunar_lander are box(2, "
        "-1…1)\n");
  CHECK(fitted_problems("{name: taxi}", "{name: fitted_q, action: input}") ==
        "test.yaml:3:25: agent.action: observations of taxi are numbers of states, beside which an "
        "action is no input; expected model_per_action\n");
  CHECK(fitted_problems("{name: taxi}", "{name: fitted_q, value_function: {learner: cnn}}") ==
        "test.yaml:3:42: agent.value_function.learner: convolutions need a picture (channels × "
        "height × width); the observation is discrete(500): expected mlp\n");
  CHECK(fitted_problems("{name: cart_pole}",
                        "{name: lspi, value_function: {features: fourier, order: 7}}") ==
        "test.yaml:3:38: agent.value_function.features: there are 8192 weights, features times "
        "actions, for which a system of equations is solved; expected at most 4000\n");
  CHECK(fitted_problems("{name: cart_pole}",
                        "{name: td_control, value_function: {learner: random_forest}}") ==
        "test.yaml:3:44: agent.value_function.learner: random_forest learns from all examples at "
        "once and cannot go on step by step; expected a learner that can, or the agent fitted_q, "
        "which takes any\n");
  CHECK(fitted_problems("{name: cart_pole}", "{name: td_control, method: sarsa, replay: 10}") ==
        "test.yaml:3:42: agent.replay: SARSA learns from what it does now, not from what was done "
        "before; expected 0, or method: expected_sarsa\n");
  CHECK(fitted_problems("{name: cart_pole}", "{name: td_control, batch: 10}") ==
        "test.yaml:3:27: agent.batch: applies only with replay above 0\n");
}
