// Demonstrations: episode files and trained policies as examples for those who imitate.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/config/experiment_config.h"
#include "sim/core/agent.h"
#include "sim/experiment/trained_policy.h"

namespace sandlot {

// Each of `paths` is an .episode file or a folder of them, taken in order of name. Throws ConfigError
// for a path that holds none, and for episodes of another world than the config's, or of one that shows
// itself otherwise; ArchiveError for damage.
std::vector<Demonstration> load_demonstrations(const Registry& registry,
                                               const ExperimentConfig& config,
                                               std::span<const std::string> paths);

// The policy of the run in this folder, with the same errors.
std::unique_ptr<TrainedPolicy> load_expert(const Registry& registry, const ExperimentConfig& config,
                                           const std::string& run);

}  // namespace sandlot
