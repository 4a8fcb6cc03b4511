// Fitted Q iteration (Ernst, Geurts & Wehenkel 2005, "Tree-based batch mode reinforcement
// learning", figure 1); with a network it is neural fitted Q iteration (Riedmiller 2005).
//
// After each round of steps the regressor learns, `iterations` times anew, r + γ max q(s', ·) for
// all transitions so far, where q is what the iteration before has learnt: at first 0, later the
// values of the round before. Nothing is bootstrapped from a termination; from a truncation it is.
#pragma once

#include "agents/fitted/batch_agent.h"
#include "agents/fitted/regression_values.h"

namespace sandlot {

class FittedQ final : public BatchAgent {
 public:
  struct Settings : BatchAgentSettings {
    RegressionValuesSettings values{"extra_trees"};
    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };

  FittedQ(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  Policy& policy() override { return policy_; }
  // The mean target of a round's last iteration, and how far targets moved in it, in the mean.
  std::vector<std::string> metrics() const override { return {"target", "target_change"}; }
  void save(Writer& out) const override;
  void load(Reader& in) override;

 protected:
  bool learnt() const override { return policy_.values().fitted(); }
  void learn(TrainingContext& training) override;

 private:
  RegressionPolicy policy_;
};

}  // namespace sandlot
