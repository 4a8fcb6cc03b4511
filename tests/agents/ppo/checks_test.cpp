// What PPO refuses, word for word, and what it says of itself.
#include <doctest/doctest.h>

#include "agents/ppo/ppo.h"
#include "tests/agents/ppo/setup.h"

using namespace sandlot;

namespace {

std::string refusal(const std::string& world, const std::string& agent) {
  try {
    ppo_config(world, agent);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("ppo: bad settings") {
  const std::string cart = "{name: cart_pole, copies: 2}";
  CHECK(refusal(cart, "{name: ppo, network: {learner: lstm}}") ==
        "test.yaml:3:30: agent.network.learner: a network with a memory learns from sequences, and "
        "here transitions are shuffled: expected mlp, cnn or impala_cnn");
  CHECK(refusal(cart, "{name: ppo, network: {learner: cnn}}") ==
        "test.yaml:3:30: agent.network.learner: convolutions need a picture (channels × height × "
        "width); the observation is box(4): expected mlp");
  CHECK(refusal(cart, "{name: ppo, horizon: 4, minibatches: 5}") ==
        "test.yaml:3:32: agent.minibatches: a rollout has 8 transitions (horizon · copies), and "
        "normalising takes 2 in each: expected at most 4");
  CHECK(refusal(cart, "{name: ppo, horizon: 4, minibatches: 9, normalize_advantages: false}") ==
        "test.yaml:3:32: agent.minibatches: a rollout has 8 transitions (horizon · copies): "
        "expected at most 8");
  CHECK(refusal("{name: cart_pole}", "{name: ppo, horizon: 1, minibatches: 1}") ==
        "test.yaml:3:20: agent.horizon: a single transition has no deviation: expected 2 or more, "
        "more copies, or normalize_advantages: false");
  CHECK(refusal(cart, "{name: ppo, clip: 0}") ==
        "test.yaml:3:26: agent.clip: expected a number above 0, not '0'");
  CHECK(refusal(cart, "{name: ppo, gae_lambda: 1.5}") ==
        "test.yaml:3:32: agent.gae_lambda: expected a number between 0 and 1, not '1.5'");
  CHECK(refusal(cart, "{name: ppo, horizont: 5}") ==
        "test.yaml:3:20: agent.horizont: there is no such setting; did you mean 'horizon'?");
  CHECK(refusal(cart, "{name: ppo, horizon: 4, minibatches: 4}") == "");
}

TEST_CASE("ppo: defaults of its networks, which a config may change") {
  const auto described = [](const std::string& agent) {
    return PpoSetup("{name: cart_pole}", agent).agent->describe();
  };
  CHECK(described("{name: ppo}") ==
        "policy 4 → dense 64 tanh → dense 64 tanh → dense 2, value 4 → dense 64 tanh → dense 64 tanh "
        "→ dense 1: 9155 parameters, on eigen; rollout: 128 transitions, 4.7 kB");
  CHECK(described("{name: ppo, shared: true, network: {hidden: [7], activation: relu}}") ==
        "policy and value 4 → dense 7 relu → dense 3: 59 parameters, on eigen; rollout: 128 "
        "transitions, 4.7 kB");
  CHECK(PpoSetup("{name: corridor, continuous: true}", "{name: ppo, network: {hidden: [7]}}")
            .agent->describe() ==
        "policy 2 → dense 7 tanh → dense 2, value 2 → dense 7 tanh → dense 1: 68 parameters, on "
        "eigen; rollout: 128 transitions, 4.2 kB");
}

TEST_CASE("ppo: at first every action is about as likely, with one network or two") {
  for (const bool shared : {false, true}) {
    CAPTURE(shared);
    PpoSettings s;
    s.shared = shared;
    EnvironmentSpec spec = ppo_config("{name: cart_pole}", "{name: ppo}").spec();
    Ppo agent(s, spec, 1, 5);
    Random random(3);
    float largest = 0, value = 0;
    for (int i = 0; i < 100; ++i) {
      std::vector<float> observation(4);
      for (float& x : observation) x = static_cast<float>(random.normal());
      const float* const logits = agent.actor().outputs(1, observation);
      largest = std::max({largest, std::abs(logits[0]), std::abs(logits[1])});
      float v = 0;
      agent.values(1, observation, &v);
      value = std::max(value, std::abs(v));
    }
    CHECK(largest < 0.05f);
    CHECK(largest > 0.001f);
    CHECK(value > 0.3f);
  }
}
