// RegressionValues: q(s, a) by any regressor, and the policy that is greedy in it.
//
// Either there is one model per action, or one that is given the action as one-hot inputs behind
// the observation. A model that has learnt nothing yet says 0.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "learners/regressor.h"
#include "sim/core/environment.h"
#include "sim/core/policy.h"

namespace sandlot {

enum class ActionAs : std::uint8_t { model_per_action, input };

// value_function: {learner: extra_trees, trees: 50}, action: model_per_action
struct RegressionValuesSettings {
  Slot<RegressorFactory> learner;
  ActionAs action = ActionAs::model_per_action;

  explicit RegressionValuesSettings(std::string learner_name) : learner(std::move(learner_name)) {}
  void fields(Fields& f);
  void check(const EnvironmentSpec& spec, Issues& issues) const;
};

class RegressionValues {
 public:
  RegressionValues(const RegressionValuesSettings& settings, const EnvironmentSpec& spec,
                   Seed seed);

  int actions() const { return actions_; }
  bool fitted() const;  // at least one model
  // One observation; out [actions]. Allocates nothing where the learner's predict_row() does not.
  void of_row(std::span<const float> observation, std::span<float> out) const;
  Matrix of(const MatrixView& observations) const;  // [rows, actions]
  // Learns q(states[i], actions[i]) = targets[i]: anew, or going on from what was learnt. An action
  // that is not among the examples keeps its model. Throws std::runtime_error where targets are not
  // finite.
  void fit(const MatrixView& states, std::span<const std::int32_t> actions,
           std::span<const float> targets);
  void partial_fit(const MatrixView& states, std::span<const std::int32_t> actions,
                   std::span<const float> targets);

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  void learn(const MatrixView& states, std::span<const std::int32_t> actions,
             std::span<const float> targets, bool anew);

  int actions_;
  std::size_t width_;  // of an observation
  bool joined_;        // the action is an input
  std::vector<std::unique_ptr<Regressor>> models_;
  mutable std::vector<float> input_;  // an observation and the action
};

// Ties go to the first action.
class RegressionPolicy final : public Policy {
 public:
  explicit RegressionPolicy(RegressionValues values)
      : values_(std::move(values)), scratch_(static_cast<std::size_t>(values_.actions())) {}

  RegressionValues& values() { return values_; }
  const RegressionValues& values() const { return values_; }

  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override;
  bool action_values(std::span<const float> observation, std::span<float> values) const override;
  void save(Writer& out) const override { values_.save(out); }
  void load(Reader& in) override { values_.load(in); }

 private:
  RegressionValues values_;
  std::vector<float> scratch_;
};

}  // namespace sandlot
