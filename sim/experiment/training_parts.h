// What the files of TrainingRun share.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "sim/config/experiment_config.h"
#include "sim/core/perception.h"
#include "sim/experiment/past_self.h"

namespace sandlot {

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline Seed root_of(std::int64_t seed) { return derive(static_cast<Seed>(seed), "sandlot"); }

// The world as the agent sees it and trains in it, of a run whose seed has that root; `selves`:
// make_past_selves() of the same config.
inline std::unique_ptr<VectorEnvironment> make_world(const ExperimentConfig& config, Seed root,
                                                     Perception& perception, int threads,
                                                     std::shared_ptr<PastSelves> selves) {
  const EnvironmentSection& section = config.environment;
  auto world = section.world->make_batch(section.wrappers, section.copies,
                                         derive(root, "environment"), threads);
  world->begin_training(std::move(selves));
  if (perception.plain() && !perception.has_novelty()) return world;
  return std::make_unique<PerceivedEnvironment>(std::move(world), config.spec(), perception);
}

}  // namespace sandlot
