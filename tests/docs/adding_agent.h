// Q-learning that explores by a softmax over its values (Boltzmann exploration; Sutton 1990),
// linear in the features of any feature map.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "learners/feature_map.h"
#include "sim/core/agent.h"
#include "sim/core/archive.h"

namespace sandlot::examples {

// q(s, a) = Σ w[a, i] φ_i(s), acted on greedily.
class LinearPolicy final : public Policy {
 public:
  LinearPolicy(std::unique_ptr<FeatureMap> map, int actions)
      : map_(std::move(map)), values_(static_cast<std::size_t>(actions)) {
    weights_.resize(values_.size() * static_cast<std::size_t>(map_->size()));
  }

  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t>,
           std::span<std::int32_t> actions, std::span<float>, Random&) override {
    const std::size_t width = observations.size() / static_cast<std::size_t>(rows);
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
      const auto values = values_of(observations.subspan(row * width, width));
      actions[row] = static_cast<std::int32_t>(std::max_element(values.begin(), values.end()) -
                                               values.begin());
    }
  }
  bool action_values(std::span<const float> observation, std::span<float> values) const override {
    const auto found = values_of(observation);
    for (std::size_t a = 0; a < found.size(); ++a) values[a] = static_cast<float>(found[a]);
    return true;
  }

  // Valid until the next call.
  std::span<const double> values_of(std::span<const float> observation) const {
    map_->encode(observation, features_);
    for (std::size_t a = 0; a < values_.size(); ++a) {
      values_[a] = 0;
      for (std::size_t k = 0; k < features_.index.size(); ++k)
        values_[a] += weights_[place(a, features_.index[k])] * features_.value[k];
    }
    return values_;
  }
  void update(std::span<const float> observation, std::size_t action, double change) {
    map_->encode(observation, features_);
    for (std::size_t k = 0; k < features_.index.size(); ++k)
      weights_[place(action, features_.index[k])] += change * features_.value[k];
  }

  void save(Writer& out) const override { out.write(weights_); }
  void load(Reader& in) override {
    const std::size_t size = weights_.size();
    in.read(weights_);
    if (weights_.size() != size) in.fail("the weights are of another size");
  }

 private:
  std::size_t place(std::size_t action, std::int32_t feature) const {
    return action * static_cast<std::size_t>(map_->size()) + static_cast<std::size_t>(feature);
  }

  std::unique_ptr<FeatureMap> map_;
  std::vector<double> weights_;         // [actions, features]
  mutable std::vector<double> values_;  // scratch, as is what follows
  mutable FeatureVector features_;
};

class SoftmaxQ final : public Agent {
 public:
  struct Settings {
    Slot<FeatureMapFactory> value_function{"table"};
    Schedule step_size = 0.1;
    Schedule temperature = 1;
    double discount = 0.99;

    void fields(Fields& f) {
      f.component("value_function", "features", value_function, "the features of a state");
      f.schedule("step_size", step_size, "α", Range::between(0, 1));
      f.schedule("temperature", temperature, "of the softmax", Range::above(0));
      f.number("discount", discount, "γ", Range::between(0, 1));
    }
    void check(const EnvironmentSpec& spec, int, Issues& issues) const {
      if (!spec.action.is_discrete() || spec.masks_actions)
        return issues.add("name", "needs discrete actions that are always legal");
      // The feature map names its own fields; the path to them is this agent's.
      IssuesBelow below(issues, "value_function");
      value_function->check(spec.observation, below);
    }
  };

  SoftmaxQ(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
      : settings_(settings),
        policy_(settings.value_function->make(spec.observation), spec.action.n),
        random_(derive(seed, "exploration")),
        width_(spec.observation.size()),
        chances_(static_cast<std::size_t>(spec.action.n)),
        actions_(static_cast<std::size_t>(copies)) {}

  void train(TrainingContext& training) override {
    const VectorEnvironment& worlds = training.environment();
    while (training.proceed(*this)) {
      const double alpha = settings_.step_size.at(training.steps());
      const double temperature = settings_.temperature.at(training.steps());
      before_.assign(worlds.observations().begin(), worlds.observations().end());
      for (int row = 0; row < worlds.size(); ++row)
        actions_[static_cast<std::size_t>(row)] = choose(worlds.observation(row), temperature);
      training.step({.discrete = actions_, .continuous = {}});
      for (int row = 0; row < worlds.size(); ++row) learn(worlds, row, alpha, training);
    }
  }

  Policy& policy() override { return policy_; }
  std::vector<std::string> metrics() const override { return {"td_error"}; }

  void save(Writer& out) const override {
    policy_.save(out);
    random_.save(out);
  }
  void load(Reader& in) override {
    policy_.load(in);
    random_.load(in);
  }

 private:
  std::int32_t choose(std::span<const float> observation, double temperature) {
    const auto values = policy_.values_of(observation);
    const double best = *std::max_element(values.begin(), values.end());
    for (std::size_t a = 0; a < values.size(); ++a)
      chances_[a] = std::exp((values[a] - best) / temperature);
    return random_.categorical(chances_);
  }

  // q(S, A) += α (R + γ max q(S′, ·) − q(S, A)). An ended row holds the next episode's first
  // observation already: the last one of the old is in final_observation(). A truncated episode is
  // bootstrapped from it, a terminated one is not.
  void learn(const VectorEnvironment& worlds, int row, double alpha, TrainingContext& training) {
    const auto i = static_cast<std::size_t>(row);
    const Status status = worlds.statuses()[i];
    double target = worlds.rewards()[i];
    if (status != Status::terminated) {
      const auto next = policy_.values_of(
          status == Status::running ? worlds.observation(row) : worlds.final_observation(row));
      target += settings_.discount * *std::max_element(next.begin(), next.end());
    }
    const auto state = std::span<const float>(before_).subspan(i * width_, width_);
    const auto action = static_cast<std::size_t>(actions_[i]);
    const double error = target - policy_.values_of(state)[action];
    policy_.update(state, action, alpha * error);
    training.report("td_error", std::abs(error));
  }

  Settings settings_;
  LinearPolicy policy_;
  Random random_;
  std::size_t width_;
  std::vector<double> chances_;
  std::vector<std::int32_t> actions_;
  std::vector<float> before_;  // observations before the step
};

}  // namespace sandlot::examples
