// Gradients against central differences: of the losses by the outputs, and of the whole loss by every
// weight and deviation.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "agents/ppo/ppo.h"
#include "tests/agents/ppo/setup.h"
#include "tests/agents/tabular/training_loop.h"

using namespace sandlot;
using doctest::Approx;

namespace {

double wide(float x) { return static_cast<double>(x); }

// (f(x + h) − f(x − h)) / 2h, with the h that float arithmetic really makes.
double difference(float& x, const std::function<double()>& f, float h) {
  const float kept = x;
  x = kept + h;
  const double high = f(), top = wide(x);
  x = kept - h;
  const double low = f(), bottom = wide(x);
  x = kept;
  return (high - low) / (top - bottom);
}

bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * (1 + std::abs(a) + std::abs(b));
}

}  // namespace

TEST_CASE("gradients: of the clipped objective and the entropy, softmax with and without masks") {
  const ActionHead head(Space::discrete(4));
  Random random(2);
  int clipped = 0, open = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<float> logits(4), gradient(4);
    for (float& x : logits) x = static_cast<float>(random.normal());
    std::vector<std::uint8_t> legal;
    if (round % 2) legal = {1, static_cast<std::uint8_t>(random.below(2)), 1, 0};
    ActionHead::Sample s;
    s.legal = legal;
    s.index = random.below(2) ? 2 : 0;
    s.advantage = random.normal();
    s.old_log_probability =
        head.log_probability(logits.data(), {}, legal, s.index, nullptr) + 0.3 * random.normal();
    const ActionHead::Weights weights{0.2, 0.5, 0.25};
    const auto fit = head.fit(logits.data(), {}, s, weights, gradient.data(), {});
    fit.clipped ? ++clipped : ++open;
    std::vector<float> other(4);
    const auto whole = [&] {
      const auto f = head.fit(logits.data(), {}, s, weights, other.data(), {});
      return weights.sample * (f.loss - weights.entropy * f.entropy);
    };
    for (std::size_t a = 0; a < 4; ++a) {
      if (!legal.empty() && legal[a] == 0) CHECK(gradient[a] == 0);
      CHECK(near(wide(gradient[a]), difference(logits[a], whole, 1e-3f), 1e-4));
    }
  }
  CHECK(clipped > 50);
  CHECK(open > 50);
}

TEST_CASE("gradients: of the clipped objective and the entropy, normal distributions") {
  const ActionHead head(Space::box({3}, -2, 5));
  Random random(3);
  for (int round = 0; round < 300; ++round) {
    std::vector<float> means(3), log_std(3), drawn(3), gradient(3), by_log_std(3, 0.0f);
    for (auto* values : {&means, &log_std, &drawn})
      for (float& x : *values) x = static_cast<float>(0.5 * random.normal());
    ActionHead::Sample s;
    s.values = drawn.data();
    s.advantage = random.normal();
    s.old_log_probability =
        head.log_probability(means.data(), log_std, {}, 0, drawn.data()) + 0.3 * random.normal();
    const ActionHead::Weights weights{0.2, 0.5, 0.25};
    head.fit(means.data(), log_std, s, weights, gradient.data(), by_log_std);
    std::vector<float> other(3), other_log(3);
    const auto whole = [&] {
      const auto f = head.fit(means.data(), log_std, s, weights, other.data(), other_log);
      return weights.sample * (f.loss - weights.entropy * f.entropy);
    };
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(near(wide(gradient[i]), difference(means[i], whole, 1e-3f), 2e-4));
      CHECK(near(wide(by_log_std[i]), difference(log_std[i], whole, 1e-3f), 2e-4));
    }
  }
}

TEST_CASE("distributions: known probabilities, entropies and draws") {
  const ActionHead softmax(Space::discrete(3));
  const std::vector<float> logits{0, std::log(3.0f), 5};
  const std::vector<std::uint8_t> legal{1, 1, 0};
  CHECK(softmax.log_probability(logits.data(), {}, legal, 1, nullptr) == Approx(std::log(0.75)));
  std::vector<float> gradient(3);
  const auto fit = softmax.fit(logits.data(), {}, {.index = 1, .legal = legal}, {}, gradient.data(), {});
  CHECK(fit.entropy == Approx(-0.75 * std::log(0.75) - 0.25 * std::log(0.25)));
  Random random(1);
  int counts[3] = {};
  for (int i = 0; i < 40000; ++i) {
    std::int32_t index = 0;
    const double log_p = softmax.draw(logits.data(), {}, legal, random, index, nullptr);
    ++counts[index];
    CHECK(log_p == Approx(std::log(index == 1 ? 0.75 : 0.25)));
  }
  CHECK(counts[1] == Approx(30000).epsilon(0.02));
  CHECK(counts[2] == 0);

  // One dimension: bounds [2, 6], so that 0 is 4 and one deviation 2 e^(−0.5).
  const ActionHead normal(Space::box(std::vector<float>{2}, std::vector<float>{6}));
  const std::vector<float> mean{0.25f}, log_std{-0.5f};
  double sum = 0, squares = 0;
  for (int i = 0; i < 40000; ++i) {
    std::int32_t index = 0;
    float drawn = 0, action = 0;
    const double log_p = normal.draw(mean.data(), log_std, {}, random, index, &drawn);
    const double z = (wide(drawn) - 0.25) / std::exp(-0.5);
    CHECK(log_p == Approx(-0.5 * z * z + 0.5 - 0.5 * std::log(2 * std::numbers::pi)));
    sum += wide(drawn);
    squares += z * z;
    normal.to_world(&drawn, &action);
    CHECK(action >= 2);
    CHECK(action <= 6);
    if (std::abs(drawn) < 1) CHECK(action == Approx(4 + 2 * wide(drawn)));
  }
  CHECK(sum / 40000 == Approx(0.25).epsilon(0.05));
  CHECK(squares / 40000 == Approx(1).epsilon(0.03));

  const float infinity = std::numeric_limits<float>::infinity();
  const ActionHead unbounded(Space::box({1}, -infinity, infinity));
  float far = 1234.5f, sent = 0;
  unbounded.to_world(&far, &sent);
  CHECK(sent == far);
  far = std::nanf("");
  unbounded.to_world(&far, &sent);
  CHECK(sent == 0);
}

TEST_CASE("gradients: of the whole loss by every weight") {
  for (const bool continuous : {false, true}) {
    for (const bool shared : {false, true}) {
      for (const double value_clip : {0.0, 0.1}) {
        CAPTURE(continuous);
        CAPTURE(shared);
        CAPTURE(value_clip);
        PpoSetup s("{name: corridor, copies: 3, continuous: " +
                       std::string(continuous ? "true" : "false") + "}",
                   "{name: ppo, horizon: 8, minibatches: 1, epochs: 1, network: {hidden: [5]}, "
                   "optimizer: {name: sgd, learning_rate: 0.2, clip_norm: 0}, shared: " +
                       std::string(shared ? "true" : "false") +
                       ", value_clip: " + std::to_string(value_clip) + "}");
        auto& agent = dynamic_cast<Ppo&>(*s.agent);
        // Two rollouts, of which the second is still there; its probabilities are the present ones
        // moved by one update.
        TrainingLoop loop(*s.world, 48);
        agent.train(loop);
        std::vector<std::int32_t> minibatch(24);
        for (int i = 0; i < 24; ++i) minibatch[static_cast<std::size_t>(i)] = i;
        constexpr double kClip = 0.05, kEntropy = 0.3, kValueWeight = 0.5;
        const auto whole = [&] {
          const Ppo::Losses l = agent.differentiate(minibatch, kClip, kEntropy);
          return l.policy - kEntropy * l.entropy + kValueWeight * l.value;
        };
        const auto forget = [&](Network& network) { network.step(0); };
        for (Network* network : {&agent.actor().network(), &agent.value_network()}) {
          const std::size_t count = network->parameter_count();
          std::vector<float> weights(count), gradients(count);
          network->get_weights(weights);
          forget(*network);
          whole();
          network->get_gradients(gradients);
          double largest = 0;
          int wrong = 0;
          for (std::size_t i = 0; i < count; ++i) {
            const double slope = difference(
                weights[i],
                [&] {
                  network->set_weights(weights);
                  return whole();
                },
                2e-4f);  // small, since there is an edge where a ratio meets its limit
            largest = std::max(largest, std::abs(slope));
            wrong += !near(wide(gradients[i]), slope, 2e-3);
          }
          network->set_weights(weights);
          CHECK(wrong == 0);
          CHECK(largest > 0.01);
        }
        if (!continuous) continue;
        std::vector<float> before(agent.log_std_gradient().begin(), agent.log_std_gradient().end());
        whole();
        std::vector<float> after(agent.log_std_gradient().begin(), agent.log_std_gradient().end());
        for (std::size_t i = 0; i < agent.log_std().size(); ++i)
          CHECK(near(wide(after[i]) - wide(before[i]), difference(agent.log_std()[i], whole, 2e-3f),
                     2e-3));
      }
    }
  }
}
