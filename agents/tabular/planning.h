// Dynamic programming for worlds that give their model: value iteration and policy iteration
// (Sutton & Barto 2018, sections 4.4 and 4.3). The oracle that learnt values are compared with.
#pragma once

#include "agents/tabular/agent_base.h"

namespace sandlot {

struct PlanningSettings {
  double discount = 1;
  double tolerance = 1e-10;
  int most_sweeps = 100000;
  void fields(Fields& f);
  void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
};

// q*(s, a) by sweeps of equation 4.10 until no value changes by more than `tolerance`.
// [state · actions + action]. Throws std::runtime_error where `most_sweeps` do not suffice.
std::vector<double> value_iteration(const TabularModel& model, const PlanningSettings& settings);
// The same by evaluating a policy and making it greedy until it is stable. With discount 1 a policy
// may never end; its evaluation is then cut off. Throws as above.
std::vector<double> policy_iteration(const TabularModel& model, const PlanningSettings& settings);
// v(s) of acting uniformly at random, for prediction.
std::vector<double> uniform_policy_values(const TabularModel& model, double discount);

// Solves the model at once, then acts on it for the rest of the budget.
class PlanningAgent : public TabularAgent {
 public:
  using Solver = std::vector<double> (*)(const TabularModel&, const PlanningSettings&);
  void train(TrainingContext& training) override;
  void save(Writer&) const override;
  void load(Reader&) override;

 protected:
  PlanningAgent(const PlanningSettings& settings, const EnvironmentSpec& spec, int copies,
                Seed seed, Solver solver);

 private:
  PlanningSettings settings_;
  Solver solver_;
  bool solved_ = false;
};

class ValueIteration final : public PlanningAgent {
 public:
  using Settings = PlanningSettings;
  ValueIteration(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
      : PlanningAgent(settings, spec, copies, seed, value_iteration) {}
};

class PolicyIteration final : public PlanningAgent {
 public:
  using Settings = PlanningSettings;
  PolicyIteration(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
      : PlanningAgent(settings, spec, copies, seed, policy_iteration) {}
};

}  // namespace sandlot
