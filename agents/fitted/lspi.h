// Least-squares policy iteration (Lagoudakis & Parr 2003, "Least-squares policy iteration", figures
// 5 and 8), linear in the features of any feature map.
//
// After each round of steps the policy is evaluated and made greedy until its weights stay, at most
// `iterations` times. LSTDQ solves, in double, (A + ridge · I) w = b with
//   A = Σ φ(s, a) (φ(s, a) − γ φ(s', π(s')))ᵀ and b = Σ φ(s, a) r
// over all transitions so far. Nothing is bootstrapped from a termination; from a truncation it is.
#pragma once

#include <Eigen/Core>
#include <memory>
#include <vector>

#include "agents/fitted/batch_agent.h"
#include "agents/tabular/action_values.h"
#include "learners/feature_map.h"

namespace sandlot {

class Lspi final : public BatchAgent {
 public:
  struct Settings : BatchAgentSettings {
    Slot<FeatureMapFactory> value_function{"rbf"};
    double ridge = 0.001;
    double tolerance = 1e-4;
    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };

  Lspi(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  Policy& policy() override { return policy_; }
  // Of each round: iterations, and by how much the last one changed a weight.
  std::vector<std::string> metrics() const override { return {"iterations", "weight_change"}; }
  void save(Writer& out) const override;
  void load(Reader& in) override;

 protected:
  bool learnt() const override { return learnt_; }
  void learn(TrainingContext& training) override;

 private:
  struct Problem;
  Problem prepare() const;
  // The action values of the policy that is greedy in the present ones.
  Eigen::VectorXd evaluate(const Problem& problem);

  Lspi(const Settings& settings, std::shared_ptr<const FeatureMap> map, const EnvironmentSpec& spec,
       int copies, Seed seed);

  double ridge_, tolerance_;
  std::shared_ptr<const FeatureMap> map_;
  GreedyPolicy policy_;
  bool learnt_ = false;
};

}  // namespace sandlot
