// Prediction on the random walk: the error curves of figures 6.2, 7.2 and 12.6, against the plain
// loops of the book over walks of their own.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "sim/cli/register_all.h"
#include "sim/config/experiment_config.h"
#include "sim/core/random.h"
#include "sim/experiment/training.h"

using namespace sandlot;

namespace {

// One figure per seed.
class Sample {
 public:
  void add(double value) { values_.push_back(value); }
  double mean() const {
    double sum = 0;
    for (const double v : values_) sum += v;
    return sum / static_cast<double>(values_.size());
  }
  double error() const {  // of the mean
    double sum = 0;
    for (const double v : values_) sum += (v - mean()) * (v - mean());
    const auto n = static_cast<double>(values_.size());
    return std::sqrt(sum / (n - 1) / n);
  }
  bool agrees(const Sample& other) const {
    return std::abs(mean() - other.mean()) <= 4 * std::hypot(error(), other.error());
  }
  std::string text() const {
    char line[60];
    std::snprintf(line, sizeof line, "%.4f, standard error %.4f", mean(), error());
    return line;
  }

 private:
  std::vector<double> values_;
};

struct Method {
  const char* variant;
  enum { n_step, monte_carlo, lambda } kind;
  double parameter;  // n or λ
  double alpha;
};

// One run of the book's loop; the root mean square error after each episode, averaged.
double twin(const Method& method, int states, double left_reward, double initial, int episodes,
            Random& random) {
  const auto n = static_cast<std::size_t>(states);
  std::vector<double> v(n + 2, initial), z(n + 2);
  v[0] = v[n + 1] = 0;
  double total = 0;
  for (int episode = 0; episode < episodes; ++episode) {
    std::vector<std::size_t> path{(n + 1) / 2};
    while (path.back() != 0 && path.back() != n + 1)
      path.push_back(random.bernoulli(0.5) ? path.back() + 1 : path.back() - 1);
    const double outcome = path.back() == 0 ? left_reward : 1;
    const std::size_t end = path.size() - 1;
    std::fill(z.begin(), z.end(), 0.0);
    for (std::size_t t = 0; t < end; ++t) {
      if (method.kind == Method::lambda) {
        const double reward = t + 1 == end ? outcome : 0;
        const double delta = reward + v[path[t + 1]] - v[path[t]];
        for (double& e : z) e *= method.parameter;
        z[path[t]] += 1;
        for (std::size_t s = 1; s <= n; ++s) v[s] += method.alpha * delta * z[s];
      } else {
        const std::size_t horizon = method.kind == Method::monte_carlo
                                        ? end
                                        : t + static_cast<std::size_t>(method.parameter);
        const double g = horizon >= end ? outcome : v[path[horizon]];
        v[path[t]] += method.alpha * (g - v[path[t]]);
      }
    }
    double squares = 0;
    for (std::size_t s = 1; s <= n; ++s) {
      const double truth =
          left_reward + (1 - left_reward) * static_cast<double>(s) / static_cast<double>(n + 1);
      squares += (v[s] - truth) * (v[s] - truth);
    }
    total += std::sqrt(squares / static_cast<double>(n));
  }
  return total / episodes;
}

Sample twins(const Method& method, int states, double left_reward, double initial, int episodes) {
  Random random(derive(11, method.variant));
  Sample sample;
  for (int i = 0; i < 1000; ++i)
    sample.add(twin(method, states, left_reward, initial, episodes, random));
  return sample;
}

Sample learnt(const std::string& file, const Method& method) {
  static const Registry* registry = [] {
    auto* r = new Registry;
    register_all(*r);
    return r;
  }();
  Sample sample;
  for (const auto& config :
       load_config(*registry, std::string(SANDLOT_SOURCE_DIR "/configs/classic/") + file)) {
    if (config.variant != method.variant) continue;
    for (int seed = 1; seed <= 100; ++seed) {
      const TrainingOutcome outcome = TrainingRun(*registry, config, seed, {}).run();
      double sum = 0;
      for (const auto& row : outcome.rows) sum += row.back().value();
      sample.add(sum / static_cast<double>(outcome.rows.size()));
    }
  }
  return sample;
}

}  // namespace

// Mean of the error over 100 episodes, 100 seeds: TD(0) 0.0805 (deviation 0.008), 0.0715 (0.012),
// 0.0785 (0.013) for α of 0.05, 0.1, 0.15; Monte Carlo 0.152 (0.013), 0.128 (0.018), 0.131 (0.021)
// for 0.01, 0.02, 0.04.
TEST_CASE("random walk of 5 states: example 6.2") {
  const Method methods[] = {
      {"td_0.05", Method::n_step, 1, 0.05},      {"td_0.1", Method::n_step, 1, 0.1},
      {"td_0.15", Method::n_step, 1, 0.15},      {"mc_0.01", Method::monte_carlo, 0, 0.01},
      {"mc_0.02", Method::monte_carlo, 0, 0.02}, {"mc_0.04", Method::monte_carlo, 0, 0.04}};
  double worst_td = 0, best_mc = 1;
  for (const Method& method : methods) {
    const Sample ours = learnt("random_walk_5.yaml", method);
    const Sample reference = twins(method, 5, 0, 0.5, 100);
    CAPTURE(method.variant);
    CAPTURE(ours.text());
    CAPTURE(reference.text());
    CHECK(ours.agrees(reference));
    if (method.kind == Method::n_step)
      worst_td = std::max(worst_td, ours.mean());
    else
      best_mc = std::min(best_mc, ours.mean());
  }
  CHECK(worst_td < best_mc);  // TD was consistently better
}

// Mean over the first 10 episodes, 100 seeds: n = 1 0.345 (deviation 0.018), n = 4 0.260 (0.044),
// n = 16 0.321 (0.047), λ = 0.4 0.277 (0.033), λ = 0.8 0.258 (0.043), Monte Carlo 0.499 (0.067).
TEST_CASE("random walk of 19 states: figures 7.2 and 12.6") {
  const Method methods[] = {
      {"n_1", Method::n_step, 1, 0.8},          {"n_4", Method::n_step, 4, 0.4},
      {"n_16", Method::n_step, 16, 0.2},        {"lambda_0.4", Method::lambda, 0.4, 0.6},
      {"lambda_0.8", Method::lambda, 0.8, 0.3}, {"monte_carlo", Method::monte_carlo, 0, 0.05}};
  std::vector<double> means;
  for (const Method& method : methods) {
    const Sample ours = learnt("random_walk_19.yaml", method);
    const Sample reference = twins(method, 19, -1, 0, 10);
    CAPTURE(method.variant);
    CAPTURE(ours.text());
    CAPTURE(reference.text());
    CHECK(ours.agrees(reference));
    means.push_back(ours.mean());
  }
  // A middle n does best.
  CHECK(means[1] < means[0]);
  CHECK(means[1] < means[2]);
}
