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
  CHECK(fitted_problems("{name: lunar_lander, continuous: true}", "{name: fitted_q}") == "x");
  CHECK(fitted_problems("{name: lunar_lander, continuous: true}", "{name: lspi}") == "x");
  CHECK(fitted_problems("{name: lunar_lander, continuous: true}", "{name: td_control}") == "x");
  CHECK(fitted_problems("{name: taxi}", "{name: fitted_q, action: input}") == "x");
  CHECK(fitted_problems("{name: taxi}", "{name: fitted_q, value_function: {learner: cnn}}") == "x");
  CHECK(fitted_problems("{name: taxi}", "{name: fitted_q, value_function: {learner: tree}}") ==
        "x");
  CHECK(fitted_problems("{name: cart_pole}",
                        "{name: lspi, value_function: {features: fourier, order: 7}}") == "x");
  CHECK(fitted_problems("{name: cart_pole}",
                        "{name: td_control, value_function: {learner: random_forest}}") == "x");
  CHECK(fitted_problems("{name: cart_pole}", "{name: td_control, method: sarsa, replay: 10}") ==
        "x");
  CHECK(fitted_problems("{name: cart_pole}", "{name: td_control, batch: 10}") == "x");
}
