// Prediction: the value of acting at random, by TD(0), constant-α Monte Carlo, n-step TD and TD(λ)
// (Sutton & Barto 2018, sections 6.1, 7.1 and 12.2). Reports rms_error, the distance to the true
// values averaged over the states that can be acted in, after each episode where the world gives
// its model.
#pragma once

#include "agents/tabular/agent_base.h"
#include "agents/tabular/traces.h"
#include "sim/core/random_policy.h"

namespace sandlot {

class TdPrediction final : public Agent {
 public:
  enum class Method { td0, monte_carlo, n_step, td_lambda };
  struct Settings {
    Slot<FeatureMapFactory> value_function{"table"};
    Method method = Method::td0;
    Schedule step_size = 0.1;
    double discount = 1;
    double initial_value = 0;
    int n = 4;
    double lambda = 0.8;
    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };
  TdPrediction(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);
  void train(TrainingContext& training) override;
  Policy& policy() override { return policy_; }
  std::vector<std::string> metrics() const override { return {"rms_error"}; }
  void save(Writer&) const override;
  void load(Reader&) override;

  double value(std::int32_t state) const { return v_.weights()[static_cast<std::size_t>(state)]; }

 private:
  void learn_td_lambda(double reward, bool terminated, bool ended);
  void learn_n_step(double reward, bool terminated, bool ended);
  // Moves the value of a visit that waits toward the return that follows it.
  void update(std::size_t visit, double g);
  // Of the rewards from the visit on and, after them, `bootstrap`.
  double return_from(std::size_t visit, double bootstrap) const;
  void learn_monte_carlo(double bootstrap);
  double rms_error() const;

  Settings settings_;
  std::unique_ptr<FeatureMap> map_;
  RandomPolicy policy_;
  Random random_;
  ActionValues v_;  // v(s): action values of a single action
  Traces traces_;
  // Of the states that can be acted in: terminal ones have the value 0 and are never updated.
  std::vector<std::pair<std::int32_t, double>> truth_;
  double alpha_ = 0;
  FeatureVector state_, next_;
  std::vector<std::int32_t> states_;  // of the visits that wait for their n rewards, by index[0]
  std::vector<double> rewards_;
  std::vector<double> returns_;  // scratch of learn_monte_carlo()
  std::vector<std::int32_t> actions_;
};

}  // namespace sandlot
