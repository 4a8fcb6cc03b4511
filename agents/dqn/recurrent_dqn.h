// DQN with a memory, for worlds that are seen in part (Hausknecht & Stone 2015; Kapturowski et al.
// 2019, "R2D2"): windows of steps are replayed, from the network's state as it was stored while
// acting.
//
// That state is of an older network, so the first `burn_in` steps of a window only bring it up to
// date: they are left out of the loss (R2D2, section 3). Windows that begin an episode have no such
// need, their state is exact, and are learnt from in whole; without that an episode's first steps
// would never be learnt. Gradients do flow back through the burn-in, unlike in R2D2.
#pragma once

#include <memory>
#include <vector>

#include "agents/dqn/q_policy.h"
#include "agents/dqn/replay.h"
#include "agents/dqn/settings.h"
#include "sim/core/agent.h"

namespace sandlot {

class RecurrentDqn final : public Agent {
 public:
  struct Settings : DqnSettings {
    int length = 20;  // steps of a window, the burn-in included
    int burn_in = 5;
    bool rescale = false;  // h(x) = sign(x)(√(|x|+1) − 1) + 0.001 x on values (Pohlen et al. 2018)
    double priority_mix = 0.9;  // η: largest error of a window, 1 − η: the mean

    Settings();
    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };
  RecurrentDqn(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  void train(TrainingContext& training) override;
  Policy& policy() override { return policy_; }
  std::vector<std::string> metrics() const override { return {"loss", "gradient_norm"}; }
  std::string describe() const override;
  void save(Writer&) const override;
  void load(Reader&) override;

  // One update on a sample of windows. Returns the mean loss of a step.
  double update(double learning_rate, double beta);
  ReplayBuffer& replay() { return replay_; }

 private:
  void choose(const VectorEnvironment& world, double epsilon);
  void forget_ended(const VectorEnvironment& world);
  // Of step t of a row: the return within the window and where it is bootstrapped from; `outputs`
  // of both networks are [length + 1, rows, width].
  void make_target(int t, int row, const float* own_values);

  Settings settings_;
  EnvironmentSpec spec_;
  Random exploration_, sampling_, noise_;
  QPolicy policy_;
  std::unique_ptr<Network> target_;
  ReplayBuffer replay_;
  std::vector<std::int32_t> actions_;
  std::vector<float> states_;  // [copies, state_size] of the running episodes
  std::int64_t owed_ = 0, since_target_ = 0;
  double norm_ = 0;

  SequenceBatch batch_;
  std::vector<float> encoded_, next_outputs_, own_values_, next_values_, target_atoms_, gradient_,
      errors_;
};

}  // namespace sandlot
