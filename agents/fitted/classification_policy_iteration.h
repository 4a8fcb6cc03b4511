// Policy iteration by classification of rollouts (Lagoudakis & Parr 2003, "Reinforcement learning
// as classification"; Dimitrakakis & Lagoudakis 2008, "Rollout sampling approximate policy
// iteration").
//
// From states that the policy passes, each action is tried and then followed by the policy for
// `horizon` steps. Where one action is better than every other it is the state's label; elsewhere
// the policy's own action is, as a tie keeps the policy. A classifier of the labels is the next
// policy. The first policy acts at random and labels nothing: its rollouts are made `rollouts`
// times, and an action is better by so many standard errors of the difference. A classifier's are
// made once.
//
// The world is its own model: rollouts begin from its saved state, which holds its random numbers
// too, so that chance in the world is the same for all rollouts of a state. Their steps count as
// those of training.
#pragma once

#include <vector>

#include "agents/imitation/classifier_policy.h"
#include "sim/core/agent.h"
#include "sim/core/schedule.h"

namespace sandlot {

class ClassificationPolicyIteration final : public Agent {
 public:
  struct Settings {
    Slot<ClassifierFactory> classifier{"decision_tree"};
    double discount = 0.99;
    int states = 500;
    int sample_every = 5;
    int rollouts = 5;
    int horizon = 50;
    double standard_errors = 2;
    Schedule epsilon = 0.1;
    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };

  ClassificationPolicyIteration(const Settings& settings, const EnvironmentSpec& spec, int copies,
                                Seed seed);

  void train(TrainingContext& training) override;
  Policy& policy() override { return policy_; }
  // Of each iteration: the share of states where one action was better, and the share of those
  // where the policy before would have taken another.
  std::vector<std::string> metrics() const override { return {"labelled", "changed"}; }
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  std::size_t rollouts_now() const;
  void choose(const VectorEnvironment& world, double epsilon);
  void compare_actions(TrainingContext& training);
  std::int64_t roll_out(VectorEnvironment& world, std::int32_t first, std::span<double> returns);
  void label(const VectorEnvironment& world, std::span<const double> returns);
  void learn(TrainingContext& training);

  Settings settings_;
  EnvironmentSpec spec_;
  Random random_;
  ClassifierPolicy policy_;
  std::int64_t since_sampled_ = 0;  // steps of each row
  std::int64_t sampled_ = 0;        // states in this iteration
  std::int64_t labelled_ = 0;       // of them, those where one action was better
  std::vector<float> examples_;     // [labels, obs]
  std::vector<std::int32_t> labels_;
  std::vector<std::int32_t> actions_;
};

}  // namespace sandlot
