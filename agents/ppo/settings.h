// What is configured of PPO. Defaults are those that Huang et al. (2022, "The 37 implementation
// details of proximal policy optimization") and Andrychowicz et al. (2021, "What matters for
// on-policy deep actor-critic methods?") found customary or best.
#pragma once

#include "learners/network/network.h"

namespace sandlot {

// An MLP has two layers of 64 units with tanh where nothing else is said, and every torso orthogonal
// initial weights.
struct PpoNetworkSettings : NetworkSettings {
  PpoNetworkSettings();
  void fields(Fields& f);
};

struct PpoSettings {
  PpoNetworkSettings network;
  bool shared = false;
  OptimizerSettings optimizer;
  double discount = 0.99;
  double gae_lambda = 0.95;
  int horizon = 128;
  int epochs = 4;
  int minibatches = 4;
  Schedule clip = 0.2;
  double value_clip = 0;
  Schedule entropy = 0.0;
  double value_weight = 0.5;
  bool normalize_advantages = true;
  double target_kl = 0;
  double log_std = 0;

  PpoSettings();
  void fields(Fields& f);
  void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;

  // Outputs are those of the policy, and behind them the value where the network is shared.
  Architecture policy_architecture(const EnvironmentSpec& spec) const;
  Architecture value_architecture(const EnvironmentSpec& spec) const;
};

}  // namespace sandlot
