// What a loop has seen of a finite world, and the values that follow from it.
#pragma once

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "tests/agents/tabular/training_loop.h"

namespace sandlot {

struct Sample {
  int state, action;
  double reward;
  int next;
  bool terminated, truncated;
};

// Records every step of `loop`.
inline void record(TrainingLoop& loop, std::vector<Sample>& samples) {
  loop.before_step = [&](const Actions& actions) {
    const VectorEnvironment& world = loop.environment();
    for (int row = 0; row < world.size(); ++row)
      samples.push_back({static_cast<int>(world.observation(row)[0]),
                         actions.discrete[static_cast<std::size_t>(row)], 0, 0, false, false});
  };
  loop.between_steps = [&](Agent&) {
    if (samples.empty()) return;
    const VectorEnvironment& world = loop.environment();
    const auto rows = static_cast<std::size_t>(world.size());
    for (std::size_t row = 0; row < rows; ++row) {
      Sample& s = samples[samples.size() - rows + row];
      const Status status = world.statuses()[row];
      const int r = static_cast<int>(row);
      s.reward = static_cast<double>(world.rewards()[row]);
      s.next = static_cast<int>(
          (status == Status::running ? world.observation(r) : world.final_observation(r))[0]);
      s.terminated = status == Status::terminated;
      s.truncated = status == Status::truncated;
    }
  };
}

// q(s, a) after so many sweeps over the samples, from 0; keys are (state, action).
using Table = std::map<std::pair<int, int>, double>;

inline Table sweeps(const std::vector<Sample>& samples, int actions, double discount, int count) {
  Table q;
  for (int sweep = 0; sweep < count; ++sweep) {
    std::map<std::pair<int, int>, std::pair<double, double>> sums;
    for (const Sample& s : samples) {
      double best = -1e30;
      for (int a = 0; a < actions; ++a) best = std::max(best, q[{s.next, a}]);
      auto& [sum, n] = sums[{s.state, s.action}];
      sum += s.reward + (s.terminated ? 0 : discount * best);
      ++n;
    }
    for (const auto& [key, value] : sums) q[key] = value.first / value.second;
  }
  return q;
}

}  // namespace sandlot
