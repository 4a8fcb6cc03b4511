// The line of two states of tests/agents/tabular/ends_test.cpp: rewards 1 and 4, γ = 0.5.
//
// Ended by the task: v(1) = 4, v(0) = 1 + 0.5 · 4 = 3. Truncated after one step, state 1 is seen but
// never acted in, and what v(0) is depends on what the network says of state 1: with one-hot
// observations and no hidden layer v(1) is its bias b plus a weight that is never learnt, w₁, and so
// v(0) = 1 + 0.5 · v(1) whatever it is. The observation after the restart (state 0) would give the
// fixed point 2, and a termination 1.
#include <doctest/doctest.h>

#include "agents/ppo/ppo.h"
#include "learners/network/torsos.h"
#include "tests/agents/tabular/line.h"
#include "tests/agents/tabular/training_loop.h"

using namespace sandlot;
using doctest::Approx;

namespace {

PpoSettings chain_settings(bool shared, double lambda) {
  PpoSettings s;
  auto linear = std::make_shared<TypedNetworkFactory<Mlp>>();
  linear->settings.hidden = {};
  s.network.learner.set("mlp", linear);
  s.shared = shared;
  s.discount = 0.5;
  s.gae_lambda = lambda;
  s.horizon = 32;
  s.minibatches = 1;
  s.optimizer.learning_rate = Schedule::linear(0.05, 0, 20000);
  return s;
}

}  // namespace

TEST_CASE("chain: a termination is worth nothing, a truncation what follows it") {
  for (const bool shared : {false, true}) {
    for (const double lambda : {0.0, 0.95}) {
      for (const bool truncated : {false, true}) {
        CAPTURE(shared);
        CAPTURE(lambda);
        CAPTURE(truncated);
        auto world = make_line({1, 4}, 2, truncated ? 1 : 0);
        Ppo agent(chain_settings(shared, lambda), world.spec(), 1, 3);
        train(agent, world, 20000);
        float v[2];
        const float states[2] = {0, 1};
        agent.values(2, states, v);
        if (truncated) {
          CHECK(v[0] == Approx(1 + 0.5 * static_cast<double>(v[1])).epsilon(0.01));
          // Neither of the mistakes would be told apart were it near 0 or 2.
          CHECK(std::abs(v[1]) > 0.1f);
          CHECK(std::abs(v[1] - 2) > 0.1f);
        } else {
          CHECK(v[0] == Approx(3).epsilon(0.01));
          CHECK(v[1] == Approx(4).epsilon(0.01));
        }
      }
    }
  }
}
