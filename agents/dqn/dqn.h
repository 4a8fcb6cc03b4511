// DQN (Mnih et al. 2015, algorithm 1) and what was found since, each a switch of its own: double
// (van Hasselt et al. 2016), dueling (Wang et al. 2016), prioritized replay (Schaul et al. 2016),
// n-step returns, distributions of returns (Bellemare et al. 2017; Dabney et al. 2018), noisy nets
// (Fortunato et al. 2018), Munchausen (Vieillard et al. 2020); all but the last two kinds at once
// are Rainbow (Hessel et al. 2018).
//
// On boards, with `augment`, what is sampled is turned or mirrored by chance, each row in a way of
// its own, as Silver et al. 2016 did with positions of Go.
//
// A transition's target is Σ γ^i r + γ^k q(s', a'), with q(s', ·) = 0 after a termination and the
// true last observation for s' after a truncation.
#pragma once

#include <memory>
#include <vector>

#include "agents/dqn/q_policy.h"
#include "agents/dqn/replay.h"
#include "agents/dqn/settings.h"
#include "sim/core/agent.h"
#include "sim/core/symmetry.h"

namespace sandlot {

class Dqn : public Agent {
 public:
  struct Settings : DqnSettings {
    bool augment = false;
    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };
  Dqn(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  void train(TrainingContext& training) override;
  Policy& policy() override { return policy_; }
  std::vector<std::string> metrics() const override;
  std::string describe() const override;
  void save(Writer&) const override;
  void load(Reader&) override;

  // One update on a sample of the memory; for tests and benchmarks. Returns the mean loss.
  double update(double learning_rate, double beta);
  ReplayBuffer& replay() { return replay_; }
  Network& target() { return *target_; }

 private:
  void choose(const VectorEnvironment& world, double epsilon);
  void learn(TrainingContext& training);
  void turn_batch();
  NetworkInput input(int rows, const std::vector<float>& observations);
  void compute_targets();
  void compute_munchausen_targets();

  Settings settings_;
  EnvironmentSpec spec_;
  Random exploration_, sampling_, noise_;
  QPolicy policy_;
  std::unique_ptr<Network> target_;
  ReplayBuffer replay_;
  std::vector<std::int32_t> actions_;
  std::vector<Symmetry> symmetries_;  // of the world; empty where nothing is to be turned
  std::int64_t owed_ = 0;             // steps since the last training
  std::int64_t since_target_ = 0;     // steps since the target network moved

  // Of one update; kept to be used again.
  ReplayBatch batch_;
  std::vector<float> turned_, encoded_, next_outputs_, own_outputs_, values_, targets_, gradient_,
      errors_;
  std::vector<std::uint8_t> legal_;  // of a row before it is turned
  double value_sum_ = 0, norm_ = 0;
};

// The same from the defaults of Rainbow (Hessel et al. 2018, table 1), but for the range of returns
// and the rates of learning and forgetting: those are for 200 million frames, these for small
// problems.
class Rainbow final : public Dqn {
 public:
  struct Settings : Dqn::Settings {
    Settings();
  };
  using Dqn::Dqn;
};

}  // namespace sandlot
