// Training as the verb does it, for verbs that need trained runs.
#pragma once

#include <string>
#include <vector>

#include "sim/core/registry.h"

namespace sandlot {

struct TrainOptions {
  std::string config;  // a YAML file, or with `resume` a run folder
  std::vector<std::string> overrides;
  std::string root = "runs";
  int jobs = 0;  // runs at the same time; 0: one per core
  bool resume = false, overwrite = false, quiet = false;
};

// Every variant and seed; the exit code. Stopped runs are checkpointed: see stop_requested.
int train(const Registry& registry, const TrainOptions& options);

}  // namespace sandlot
