// What the agents of the DQN family have in common to be configured.
#pragma once

#include <vector>

#include "agents/dqn/replay.h"
#include "agents/dqn/value_head.h"
#include "learners/network/network.h"

namespace sandlot {

// value_function: {learner: mlp, hidden: [120, 84], dueling: true, values: quantile, …}
struct ValueNetworkSettings : NetworkSettings {
  bool dueling = false;
  std::vector<std::int64_t> stream_hidden;  // units of each stream's own layers
  bool noisy = false;
  double sigma0 = 0.5;
  ValueHeadSettings head;

  void fields(Fields& f);
  void check(const EnvironmentSpec& spec, Issues& issues) const;
  Architecture architecture(const EnvironmentSpec& spec) const;
};

struct TargetNetworkSettings {
  std::int64_t every = 500;  // steps
  double rate = 1;
  void fields(Fields& f);
};

// Munchausen DQN (Vieillard, Pietquin & Geist 2020, equation 1 of section 3).
struct MunchausenSettings {
  bool enabled = false;
  double alpha = 0.9;
  double temperature = 0.03;
  double floor = -1;  // of temperature · log π
  void fields(Fields& f);
};

struct DqnSettings {
  ValueNetworkSettings value_function;
  OptimizerSettings optimizer;
  double discount = 0.99;
  Schedule epsilon = Schedule::linear(1, 0.05, 10000);
  int batch = 64;
  std::int64_t learning_starts = 1000;
  int train_every = 4;
  int updates = 1;
  TargetNetworkSettings target;
  bool double_q = false;
  int n_step = 1;
  MunchausenSettings munchausen;
  ReplaySettings replay;

  void fields(Fields& f);
  // True where nothing was found, so that a further check may build the network.
  bool check(const EnvironmentSpec& spec, int copies, Issues& issues, int window = 0) const;
  // Of a run with these settings, in bytes; shown before it starts.
  std::size_t replay_bytes(const EnvironmentSpec& spec, int copies, int state_size = 0) const;
};

// "1.5 GB", "640 kB"
std::string describe_bytes(std::size_t bytes);
// "network …: n parameters, on eigen; replay memory: … slots, up to …"
std::string describe_learner(const Network& network, const ReplaySettings& replay,
                             std::size_t bytes);

}  // namespace sandlot
