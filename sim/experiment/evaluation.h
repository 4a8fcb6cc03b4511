// Evaluation: a policy without exploration on seeds that training never sees.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/config/experiment_config.h"
#include "sim/core/policy.h"

namespace sandlot {

struct PlayedEpisode {
  Seed seed = 0;
  double episode_return = 0;  // of the world's own rewards
  std::int64_t length = 0;
  Status status = Status::running;
  bool goal = false;                  // reached what the task asks for
  std::vector<double> metrics;        // one for each of the world's spec().metrics
  std::vector<std::int32_t> actions;  // discrete spaces
  std::vector<float> values;          // boxes: length · action.size()
};

struct Evaluation {
  std::vector<PlayedEpisode> episodes;
  double mean_return() const;
  double deviation() const;  // sample standard deviation of the returns; 0 for one episode
  double standard_error() const;
  double mean_length() const;
  double truncated_share() const;
  double goal_share() const;
  double mean_metric(std::size_t which) const;
};

// A world as it is evaluated: one without a step limit gets one, since a greedy policy may go in
// circles for ever; rewards are the world's own, neither scaled nor clipped.
EnvironmentSection evaluation_section(const ExperimentConfig& config,
                                      const EnvironmentSection& world);

// Plays `episodes` episodes, each in a fresh world; the same seed gives the same episodes. `world`
// is config.environment or config.unseen.environment.
Evaluation evaluate(const ExperimentConfig& config, const EnvironmentSection& world, Policy& policy,
                    Seed seed, std::int64_t episodes);

}  // namespace sandlot
