// What a policy says of why it acts, against finite differences of what it acts upon.
#include <doctest/doctest.h>

#include <cmath>

#include "agents/dqn/q_policy.h"
#include "learners/network/eigen_network.h"

using namespace sandlot;

namespace {

constexpr int kActions = 3;
constexpr std::size_t kInputs = 4;

EnvironmentSpec small_spec() {
  EnvironmentSpec spec;
  spec.observation = Space::box({static_cast<int>(kInputs)}, -1, 1);
  spec.action = Space::discrete(kActions);
  return spec;
}

ValueHead head_of(ValueKind kind) {
  ValueHeadSettings settings;
  settings.kind = kind;
  settings.atoms = 7;
  return ValueHead(settings, kActions);
}

QPolicy policy_of(ValueKind kind, bool dueling, bool memory) {
  ArchitectureBuilder builder({static_cast<int>(kInputs), 1, 1});
  if (memory)
    builder.recurrent(Cell::lstm, 6);
  else
    builder.dense(9, Activation::tanh);
  const ValueHead head = head_of(kind);
  auto network = make_eigen_network(
      builder.finish({.groups = kActions, .atoms = head.atoms(), .dueling = dueling}), {}, 5);
  return QPolicy(small_spec(), std::move(network), head);
}

void check_saliency(QPolicy& policy, const std::vector<float>& seen,
                    const std::vector<float>& state) {
  for (int action = 0; action < kActions; ++action) {
    std::vector<float> gradient(kInputs);
    REQUIRE(policy.saliency(seen, action, gradient));
    for (std::size_t i = 0; i < kInputs; ++i) {
      const auto value = [&](float step) {
        std::vector<float> there = seen, memory = state;
        there[i] += step;
        return static_cast<double>(
            policy.values(1, there, Noise::off, memory.empty() ? nullptr : memory.data())[action]);
      };
      CHECK(static_cast<double>(gradient[i]) ==
            doctest::Approx((value(0.01f) - value(-0.01f)) / 0.02).epsilon(0.02));
    }
  }
}

}  // namespace

TEST_CASE("saliency: the gradient of each action's value, for every kind of head") {
  const std::vector<float> seen{0.3f, -0.8f, 0.5f, 0.1f};
  for (const ValueKind kind : {ValueKind::expected, ValueKind::categorical, ValueKind::quantile})
    for (const bool dueling : {false, true}) {
      CAPTURE(static_cast<int>(kind));
      CAPTURE(dueling);
      QPolicy policy = policy_of(kind, dueling, false);
      check_saliency(policy, seen, {});
    }
}

TEST_CASE("saliency: with a memory, of the state in which the action was chosen") {
  QPolicy policy = policy_of(ValueKind::expected, false, true);
  const std::vector<float> first{0.9f, 0.2f, -0.4f, 0.6f}, seen{0.3f, -0.8f, 0.5f, 0.1f};
  std::vector<float> unused(kInputs);
  CHECK(!policy.saliency(seen, 0, unused));  // nothing was chosen yet
  std::vector<float> state(policy.network().state_size());
  policy.values(1, first, Noise::off, state.data());
  policy.begin_episode(0);
  std::int32_t action;
  Random random(1);
  for (const auto& observation : {first, seen})
    policy.act(1, observation, {}, std::span(&action, 1), {}, random);
  check_saliency(policy, seen, state);
}

TEST_CASE("saliency: all of it is with the one number that is looked at") {
  QPolicy policy = policy_of(ValueKind::expected, false, false);
  std::vector<float> weights(policy.network().parameter_count());
  policy.network().get_weights(weights);
  for (std::size_t i = 0; i < kInputs; ++i)  // the first layer's weight is [inputs, 9]
    if (i != 2) std::fill_n(weights.begin() + static_cast<std::ptrdiff_t>(9 * i), 9, 0.0f);
  policy.network().set_weights(weights);
  std::vector<float> gradient(kInputs);
  REQUIRE(policy.saliency(std::vector<float>{0.3f, -0.8f, 0.5f, 0.1f}, 1, gradient));
  CHECK(gradient[2] != 0);
  for (const std::size_t i : {0u, 1u, 3u}) CHECK(gradient[i] == 0);
}

TEST_CASE("layers: from input to output, with what they held") {
  QPolicy policy = policy_of(ValueKind::expected, false, false);
  const std::vector<float> seen{0.3f, -0.8f, 0.5f, 0.1f};
  for (const LayerView& layer : policy.layers()) CHECK(layer.values.empty());
  std::vector<float> q(kActions);
  REQUIRE(policy.action_values(seen, q));
  const std::vector<LayerView> layers = policy.layers();
  REQUIRE(layers.size() == 2);
  CHECK(layers[0].name == "dense 9 tanh");
  CHECK(layers[0].channels == 9);
  CHECK(layers[1].values == q);
}
