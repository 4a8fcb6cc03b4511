// True online SARSA(λ) against its forward view: the online λ-return algorithm (van Seijen et al.
// 2016, section 3), which after each step makes all updates anew from the initial weights. The two
// are equal in exact arithmetic; this twin is slow, dense, and has no traces.
#include <doctest/doctest.h>

#include <cmath>

#include "agents/tabular/sarsa_lambda.h"
#include "envs/classic/mountain_car.h"
#include "learners/features/basis.h"
#include "learners/features/register.h"
#include "tests/agents/tabular/training_loop.h"

using namespace sandlot;

namespace {

class ForwardView {
 public:
  ForwardView(std::size_t size, std::vector<double> step_sizes, double gamma, double lambda)
      : steps_(std::move(step_sizes)), gamma_(gamma), lambda_(lambda), w_(size) {}

  // x: the features of (S, A), one by one; after each, the reward and the next features are known.
  void start(std::vector<double> x) { x_.push_back(std::move(x)); }
  void observe(double reward, std::vector<double> next) {
    rewards_.push_back(reward);
    bootstraps_.push_back(dot(w_, next));  // with the weights before this step's update
    x_.push_back(std::move(next));
    redo();
  }
  const std::vector<double>& weights() const { return w_; }

 private:
  static double dot(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  }
  // The λ-return of step k as far as it is known now.
  double lambda_return(std::size_t k) const {
    const std::size_t horizon = rewards_.size() - k;
    double sum = 0, rewards = 0;
    for (std::size_t n = 1; n <= horizon; ++n) {
      rewards += std::pow(gamma_, static_cast<double>(n - 1)) * rewards_[k + n - 1];
      const double g = rewards + std::pow(gamma_, static_cast<double>(n)) * bootstraps_[k + n - 1];
      const double weight = std::pow(lambda_, static_cast<double>(n - 1));
      sum += (n < horizon ? (1 - lambda_) * weight : weight) * g;
    }
    return sum;
  }
  void redo() {
    std::fill(w_.begin(), w_.end(), 0);
    for (std::size_t k = 0; k < rewards_.size(); ++k) {
      const double error = lambda_return(k) - dot(w_, x_[k]);
      for (std::size_t i = 0; i < w_.size(); ++i) w_[i] += steps_[i] * error * x_[k][i];
    }
  }

  std::vector<double> steps_;
  double gamma_, lambda_;
  std::vector<double> w_;
  std::vector<std::vector<double>> x_;
  std::vector<double> rewards_, bootstraps_;
};

double difference_after(const std::string& features, int steps, double lambda, double alpha) {
  Registry registry;
  register_features(registry);
  SarsaLambda::Settings s;
  s.value_function.choose(registry, features);
  s.traces = TraceKind::dutch;
  s.lambda = lambda;
  s.step_size = alpha;
  s.discount = 0.97;
  s.exploration.epsilon = 1;
  Batch<classic::MountainCar> world(
      1, {}, 3, 1, [] { return classic::MountainCar(classic::MountainCar::Settings{}); });
  const auto map = s.value_function->make(world.spec().observation);
  const auto width = static_cast<std::size_t>(map->size());
  const auto actions = static_cast<std::size_t>(world.spec().action.n);
  std::vector<double> step_sizes(width * actions, alpha);
  for (std::size_t i = 0; i < step_sizes.size(); ++i)
    if (!map->step_size_factors().empty()) step_sizes[i] *= map->step_size_factors()[i % width];
  ForwardView forward(width * actions, step_sizes, 0.97, lambda);

  SarsaLambda agent(s, world.spec(), 1, 9);
  world.reset();
  TrainingLoop loop(world, steps + 1);
  std::vector<double> weights;
  double reward = 0;
  int made = 0;
  loop.between_steps = [&](Agent& a) {
    reward = world.rewards()[0];
    if (made < steps) return;
    const auto bytes = saved(a.policy());
    Reader in(bytes);
    in.expect_tag("greedy policy");
    if (weights.empty()) in.read(weights);
  };
  loop.before_step = [&](const Actions& chosen) {
    FeatureVector state;
    map->encode(world.observation(0), state);
    std::vector<double> x(width * actions);
    for (std::size_t k = 0; k < state.index.size(); ++k)
      x[static_cast<std::size_t>(chosen.discrete[0]) * width +
        static_cast<std::size_t>(state.index[k])] = state.value[k];
    if (made == 0)
      forward.start(std::move(x));
    else if (made <= steps)
      forward.observe(reward, std::move(x));
    ++made;
  };
  agent.train(loop);
  REQUIRE(weights.size() == forward.weights().size());
  REQUIRE(loop.episodes() == 0);
  double largest = 0, moved = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    largest = std::max(largest, std::abs(weights[i] - forward.weights()[i]));
    moved = std::max(moved, std::abs(weights[i]));
  }
  CHECK(moved > 0.1);
  return largest;
}

}  // namespace

// Traces below 1e-8 are dropped: that, and rounding, is all that may differ.
TEST_CASE("true online SARSA(λ) equals the online λ-return algorithm") {
  for (const double lambda : {0.0, 0.5, 0.9, 1.0}) {
    CAPTURE(lambda);
    CHECK(difference_after("tile_coding", 80, lambda, 0.05) < 1e-6);
    CHECK(difference_after("fourier", 80, lambda, 0.02) < 1e-6);
    CHECK(difference_after("polynomial", 80, lambda, 0.05) < 1e-6);
    CHECK(difference_after("rbf", 80, lambda, 0.05) < 1e-6);
  }
}
