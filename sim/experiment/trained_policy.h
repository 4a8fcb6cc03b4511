// TrainedPolicy: the `policy` file of a run, ready to act on the world's own observations.
#pragma once

#include <filesystem>
#include <memory>

#include "sim/config/experiment_config.h"
#include "sim/core/agent.h"
#include "sim/core/perception.h"

namespace sandlot {

class TrainedPolicy {
 public:
  // Throws ArchiveError for a damaged file, or one that other settings made.
  TrainedPolicy(const ExperimentConfig& config, const std::filesystem::path& file);

  Policy& policy() { return *policy_; }
  std::int64_t trained_steps() const { return steps_; }

 private:
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<Perception> perception_;
  std::unique_ptr<PerceivingPolicy> policy_;
  std::int64_t steps_ = 0;
};

void save_policy(const std::filesystem::path& file, const Policy& policy, std::int64_t steps,
                 const Perception& perception);

}  // namespace sandlot
