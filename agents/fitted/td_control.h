// TD control with any regressor that learns step by step: Q-learning (Watkins 1989), SARSA (Rummery
// & Niranjan 1994), Expected SARSA (van Seijen et al. 2009), as in chapter 10 of Sutton & Barto
// 2018 but not bound to gradients: with `knn` it is kNN-TD (Martín H. & de Lope 2009).
//
// Each step, or each batch drawn from a replay memory (Lin 1992), is shown to the regressor as an
// example of q(S, A) = R + γ q', where q' is max q(S', ·), q(S', A') or its expectation. How far
// the regressor follows is its own step size. Nothing is bootstrapped from a termination; from a
// truncation it is.
#pragma once

#include <vector>

#include "agents/fitted/regression_values.h"
#include "agents/fitted/transitions.h"
#include "agents/tabular/exploration.h"
#include "sim/core/agent.h"

namespace sandlot {

enum class TdMethod : std::uint8_t { q_learning, sarsa, expected_sarsa };

class TdControl final : public Agent {
 public:
  struct Settings {
    RegressionValuesSettings values{"stochastic_gradient_tree"};
    TdMethod method = TdMethod::q_learning;
    double discount = 0.99;
    Schedule epsilon = 0.1;
    std::int64_t replay = 0;
    int batch = 32;
    int train_every = 1;
    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };

  TdControl(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  void train(TrainingContext& training) override;
  Policy& policy() override { return policy_; }
  std::vector<std::string> metrics() const override { return {"td_error"}; }  // absolute
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  std::int32_t choose(std::span<const float> observation);
  void learn(TrainingContext& training);
  void learn_from(const Transitions& lived, std::span<const std::size_t> which,
                  std::span<const std::int32_t> next_actions, TrainingContext& training);
  double next_value(std::span<const float> next, std::int32_t next_action);
  std::span<const double> values_of(std::span<const float> observation);

  Settings settings_;
  EnvironmentSpec spec_;
  Random exploration_random_, sampling_;
  Exploration exploration_;
  RegressionPolicy policy_;
  Transitions memory_;                 // with replay
  std::int64_t owed_ = 0;              // steps since the last batch
  bool started_ = false;               // actions_ are chosen
  std::vector<std::int32_t> actions_;  // of each row: A

  // Of one step; kept to be used again.
  std::vector<std::int32_t> next_actions_;
  std::vector<float> before_, row_values_, targets_;
  std::vector<double> values_, chances_;
  std::vector<std::size_t> which_;
};

}  // namespace sandlot
