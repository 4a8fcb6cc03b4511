// What the files of TrainingRun share.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "sim/config/experiment_config.h"
#include "sim/core/perception.h"

namespace sandlot {

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline Seed root_of(std::int64_t seed) { return derive(static_cast<Seed>(seed), "sandlot"); }

// The world as the agent sees it, of a run whose seed has that root.
inline std::unique_ptr<VectorEnvironment> make_world(const ExperimentConfig& config, Seed root,
                                                     Perception& perception, int threads) {
  const EnvironmentSection& section = config.environment;
  auto world = section.world->make_batch(section.wrappers, section.copies,
                                         derive(root, "environment"), threads);
  if (perception.plain() && !perception.has_novelty()) return world;
  return std::make_unique<PerceivedEnvironment>(std::move(world), config.spec(), perception);
}

}  // namespace sandlot
