// An agent in its world, from a few words of config.
#pragma once

#include <memory>
#include <string>

#include "agents/fitted/register.h"
#include "envs/classic/register.h"
#include "learners/classical/register.h"
#include "learners/ensemble/register.h"
#include "learners/features/register.h"
#include "learners/network/register.h"
#include "sim/config/experiment_config.h"
#include "sim/core/registry.h"
#include "tests/agents/tabular/training_loop.h"

namespace sandlot {

inline const Registry& fitted_registry() {
  static const auto* all = [] {
    auto* r = new Registry;
    register_classic(*r);
    register_features(*r);
    register_networks(*r);
    register_classical(*r);
    register_ensemble(*r);
    register_fitted(*r);
    return r;
  }();
  return *all;
}

// `world` and `agent` are flow maps: "{name: cliff_walking}", "{name: fitted_q}".
inline ExperimentConfig fitted_config(const std::string& world, const std::string& agent) {
  return parse_config(
             fitted_registry(),
             "name: test\nenvironment: " + world + "\nagent: " + agent + "\ntraining: {steps: 1}\n",
             "test.yaml")
      .front();
}

// What is wrong with a config, one problem a line; "" where nothing is.
inline std::string fitted_problems(const std::string& world, const std::string& agent) {
  try {
    fitted_config(world, agent);
  } catch (const ConfigError& error) {
    std::string all;
    for (const auto& problem : error.problems) all += problem.describe() + "\n";
    return all;
  }
  return "";
}

struct FittedSetup {
  ExperimentConfig config;
  std::unique_ptr<VectorEnvironment> world;
  std::unique_ptr<Agent> agent;

  FittedSetup(const std::string& world_text, const std::string& agent_text, Seed seed = 1)
      : config(fitted_config(world_text, agent_text)) {
    const EnvironmentSection& section = config.environment;
    world = section.world->make_batch(section.wrappers, section.copies, derive(seed, "world"), 1);
    agent = config.agent.agent->make(config.spec(), section.copies, derive(seed, "agent"));
    world->reset();
  }
};

}  // namespace sandlot
