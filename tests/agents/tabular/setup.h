// An agent in its world, from a few words of config.
#pragma once

#include <memory>
#include <string>

#include "agents/tabular/register.h"
#include "envs/classic/register.h"
#include "learners/features/register.h"
#include "sim/config/experiment_config.h"
#include "sim/core/registry.h"

namespace sandlot {

inline const Registry& tabular_registry() {
  static const auto* all = [] {
    auto* r = new Registry;
    register_classic(*r);
    register_features(*r);
    register_tabular(*r);
    return r;
  }();
  return *all;
}

// `world` and `agent` are flow maps: "{name: cliff_walking}", "{name: sarsa, step_size: 0.5}".
inline ExperimentConfig tabular_config(const std::string& world, const std::string& agent) {
  return parse_config(
             tabular_registry(),
             "name: test\nenvironment: " + world + "\nagent: " + agent + "\ntraining: {steps: 1}\n",
             "test.yaml")
      .front();
}

struct Setup {
  ExperimentConfig config;
  std::unique_ptr<VectorEnvironment> world;
  std::unique_ptr<Agent> agent;

  Setup(const std::string& world_text, const std::string& agent_text, Seed seed = 1,
        Seed agent_seed = 1)
      : config(tabular_config(world_text, agent_text)) {
    const EnvironmentSection& section = config.environment;
    world = section.world->make_batch(section.wrappers, section.copies, derive(seed, "world"), 1);
    agent = config.agent.agent->make(config.spec(), section.copies, derive(agent_seed, "agent"));
    world->reset();
  }
};

struct Case {
  const char* world;
  const char* agent;
};

// Every agent, with each of its ways of working.
inline constexpr Case kCases[] = {
    {"{name: cliff_walking, copies: 3}", "{name: random}"},
    {"{name: frozen_lake, copies: 2}", "{name: q_learning, exploration: ucb, confidence: 0.5}"},
    {"{name: taxi}",
     "{name: q_learning, exploration: softmax, temperature: {kind: exponential, from: 2, to: 0.1, "
     "steps: 2000}}"},
    {"{name: taxi}", "{name: q_learning, epsilon: 0, initial_value: 10, discount: 0.9}"},
    {"{name: mountain_car, copies: 3}",
     "{name: q_learning, step_size: 0.05, value_function: {features: tile_coding}}"},
    {"{name: cart_pole, copies: 2}",
     "{name: sarsa, step_size: 0.01, value_function: {features: fourier, order: 2, low: [-3, -3, "
     "-1, -3], high: [3, 3, 1, 3]}}"},
    {"{name: cliff_walking}",
     "{name: sarsa, step_size: 0.5, epsilon: {kind: linear, from: 1, to: "
     "0, steps: 2000}}"},
    {"{name: cliff_walking, copies: 2}", "{name: expected_sarsa, step_size: 0.5}"},
    {"{name: frozen_lake}",
     "{name: expected_sarsa, exploration: ucb, step_size: {kind: piecewise, points: [[0, 0.5], "
     "[1000, 0.1]]}}"},
    {"{name: taxi, copies: 2}", "{name: double_q_learning, step_size: 0.3}"},
    {"{name: mountain_car, copies: 2}",
     "{name: n_step_sarsa, n: 5, step_size: 0.05, value_function: {features: tile_coding}}"},
    {"{name: taxi}", "{name: n_step_sarsa, n: 30}"},
    {"{name: mountain_car}",
     "{name: sarsa_lambda, traces: replacing, step_size: 0.05, value_function: {features: "
     "tile_coding}}"},
    {"{name: taxi, copies: 2}", "{name: sarsa_lambda, traces: accumulating, lambda: 0.5}"},
    {"{name: acrobot}",
     "{name: sarsa_lambda, traces: dutch, step_size: 0.001, value_function: {features: rbf, "
     "centers: 2}}"},
    {"{name: taxi}", "{name: q_lambda, traces: accumulating, step_size: 0.3}"},
    {"{name: taxi, copies: 2}", "{name: q_lambda, traces: replacing, step_size: 0.3}"},
    {"{name: blackjack, exploring_starts: true, copies: 2}",
     "{name: monte_carlo, random_first_action: true, epsilon: 0}"},
    {"{name: taxi, copies: 2}", "{name: monte_carlo, first_visit: false, discount: 0.9}"},
    {"{name: dyna_maze, maze: blocking}", "{name: dyna_q, discount: 0.95}"},
    {"{name: dyna_maze, maze: shortcut, change_after: 1500}",
     "{name: dyna_q_plus, discount: 0.95, step_size: 1}"},
    {"{name: dyna_maze}", "{name: prioritized_sweeping, discount: 0.95, planning_steps: 3}"},
    {"{name: frozen_lake, copies: 2}", "{name: value_iteration, discount: 0.99}"},
    {"{name: frozen_lake}", "{name: policy_iteration, discount: 0.99}"},
    {"{name: random_walk}", "{name: td_prediction, initial_value: 0.5}"},
    {"{name: random_walk, states: 19}", "{name: td_prediction, method: n_step, n: 3}"},
    {"{name: random_walk, states: 19}", "{name: td_prediction, method: monte_carlo}"},
    {"{name: random_walk, states: 19}", "{name: td_prediction, method: td_lambda}"},
};

}  // namespace sandlot
