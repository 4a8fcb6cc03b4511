// PPO (Schulman et al. 2017): rollouts of all copies, then some epochs of minibatches on the clipped
// objective of equation 7 there.
//
// The loss of a minibatch is
//   mean of −min(ρ A, clip(ρ, 1 ± ε) A) − entropy · H + value_weight · (V − R)²,
// ρ the ratio of the action's probability to that when it was chosen, A its generalised advantage,
// R = A + V as it was. Two networks each take a step of their own, so that clip_norm limits the
// gradient of each by itself, as it does that of the deviations.
#pragma once

#include <memory>
#include <vector>

#include "agents/ppo/policy.h"
#include "agents/ppo/rollout.h"
#include "agents/ppo/settings.h"
#include "sim/core/agent.h"

namespace sandlot {

class Ppo final : public Agent {
 public:
  using Settings = PpoSettings;
  Ppo(const PpoSettings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  void train(TrainingContext& training) override;
  Policy& policy() override { return policy_; }
  std::vector<std::string> metrics() const override;
  std::string describe() const override;
  void save(Writer&) const override;
  void load(Reader&) override;

  // For tests. The means of a minibatch.
  struct Losses {
    double policy = 0, value = 0, entropy = 0, kl = 0, clipped = 0;
  };
  // Leaves the gradients of the loss in the networks and in log_std_gradient().
  Losses differentiate(std::span<const std::int32_t> minibatch, double clip, double entropy);
  PpoPolicy& actor() { return policy_; }
  Network& value_network() { return value_ ? *value_ : policy_.network(); }
  Rollout& rollout() { return rollout_; }
  std::span<const float> advantages() const { return advantages_; }
  std::span<float> log_std() { return log_std_; }
  std::span<const float> log_std_gradient() const { return log_std_gradient_; }
  // V of observations as the world writes them, strided over `to`.
  void values(int rows, std::span<const float> observations, float* to);
  // Of the rollout, given the observations after its last step.
  void compute_advantages(std::span<const float> observations);

 private:
  void choose(const VectorEnvironment& world);
  void remember(const VectorEnvironment& world);
  void learn(TrainingContext& training);
  void gather(std::span<const std::int32_t> minibatch);
  void differentiate_value(std::span<const std::int32_t> minibatch, const float* outputs,
                           std::size_t stride, float* gradient, Losses& losses) const;
  void step(double learning_rate);
  NetworkInput input(int rows, std::span<const float> observations);
  bool discrete() const { return policy_.head().discrete(); }

  PpoSettings settings_;
  EnvironmentSpec spec_;
  Random exploration_, shuffling_;
  PpoPolicy policy_;
  std::unique_ptr<Network> value_;  // null where the policy's network has it
  std::vector<float> log_std_, log_std_gradient_;
  Optimizer log_std_optimizer_;
  Rollout rollout_;
  std::vector<std::int32_t> actions_;
  std::vector<float> continuous_;

  // Of one update; kept to be used again.
  std::vector<float> advantages_, last_values_, gathered_, encoded_, outputs_, gradient_,
      value_gradient_, scaled_;
  std::vector<std::int32_t> order_;
};

}  // namespace sandlot
