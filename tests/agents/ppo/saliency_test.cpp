// What a policy says of why it acts, against finite differences of what it acts upon.
#include <doctest/doctest.h>

#include <cmath>

#include "agents/ppo/policy.h"
#include "tests/agents/ppo/setup.h"

using namespace sandlot;

TEST_CASE("saliency: log-probabilities of actions, sizes of the means' gradients of a box") {
  const std::vector<float> seen{0.3f, -0.7f};
  for (const bool continuous : {false, true}) {
    CAPTURE(continuous);
    PpoSetup setup(continuous ? "{name: corridor, continuous: true}" : "{name: corridor}",
                   "{name: ppo, shared: true}");
    auto& policy = dynamic_cast<PpoPolicy&>(setup.agent->policy());
    std::vector<float> weights(policy.network().parameter_count());
    policy.network().get_weights(weights);
    for (float& w : weights) w *= 3;  // away from where all actions are alike
    policy.network().set_weights(weights);
    const auto outputs = [&](std::size_t input, float step) {
      std::vector<float> there = seen;
      there[input] += step;
      const float* const all = policy.outputs(1, there);
      return std::vector<float>(all, all + policy.network().outputs());
    };
    constexpr float kStep = 0.003f;
    for (std::int32_t action = 0; action < (continuous ? 1 : 4); ++action)
      for (std::size_t i = 0; i < 2; ++i) {
        std::vector<float> gradient(2);
        REQUIRE(policy.saliency(seen, action, gradient));
        const std::vector<float> up = outputs(i, kStep), down = outputs(i, -kStep);
        double slope = 0;
        if (continuous) {
          for (std::size_t k = 0; k < 2; ++k)
            slope += std::abs(static_cast<double>(up[k] - down[k])) / (2 * kStep);
        } else {
          const ActionHead& head = policy.head();
          slope = (head.log_probability(up.data(), {}, {}, action, nullptr) -
                   head.log_probability(down.data(), {}, {}, action, nullptr)) /
                  (2 * kStep);
        }
        CHECK(static_cast<double>(gradient[i]) == doctest::Approx(slope).epsilon(0.02));
      }
  }
}
