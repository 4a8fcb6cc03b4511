// What holds for every registered agent, in every small world that it accepts.
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "sim/cli/register_all.h"
#include "sim/config/experiment_config.h"
#include "sim/core/registry.h"
#include "tests/agents/tabular/training_loop.h"

using namespace sandlot;

namespace {

struct Case {
  std::string agent, environment, label;
  ExperimentConfig config;
  std::unique_ptr<VectorEnvironment> world(int threads = 1) const {
    return config.environment.world->make_batch(config.environment.wrappers,
                                                config.environment.copies, 5, threads);
  }
  std::unique_ptr<Agent> make_agent() const {
    return config.agent.agent->make(config.spec(), config.environment.copies, 9);
  }
};

const Registry& registry() {
  static const Registry* all = [] {
    auto* r = new Registry;
    register_all(*r);
    return r;
  }();
  return *all;
}

// For agents that search. Others accept it too; but what some save, an action already chosen, need
// not be legal in a game that starts anew, as these tests start it.
const char* const kGame = "{name: tic_tac_toe}";
const char* const kPlanes = "{name: tic_tac_toe, observation: planes}";
// Pairs of world and settings that suit agents of different kinds. A step limit makes for
// truncations; 23 is passed in mid-episode.
const char* const kWorlds[] = {
    "{name: cliff_walking, wrappers: {step_limit: 23}}",
    "{name: random_walk}",
    "{name: blackjack}",
    "{name: mountain_car, wrappers: {step_limit: 23}}",
    kGame,
    kPlanes,
    "{name: platformer, levels: {file: first_steps}, observation: cells, actions: right_only, "
    "wrappers: {action_repeat: 8, step_limit: 23}}",
};
// {} with the world's own table; others where an agent has the setting.
const char* const kAgentSettings[] = {
    "",
    ", value_function: {features: tile_coding, tilings: 4, tiles: [4]}",
    ", value_function: {features: fourier, order: 2}, traces: accumulating",
    ", exploration: ucb",
    ", exploration: softmax",
    ", traces: dutch",
    ", method: n_step",
    ", method: monte_carlo",
    ", method: td_lambda",
    // Any path that is there: the training loop shows episodes of its own.
    ", episodes: [tests], classifier: {learner: mlp, hidden: [8], epochs: 3}",
    ", expert: tests, steps_per_round: 90, beta: 0.5, classifier: {learner: decision_tree}",
    ", steps_per_round: 90, iterations: 2, value_function: {learner: extra_trees, trees: 2}",
    ", steps_per_round: 90, iterations: 2, action: input, value_function: {learner: mlp, hidden: "
    "[8], epochs: 2}",
    ", steps_per_round: 90, iterations: 2, value_function: {features: table}",
    ", method: sarsa, value_function: {learner: stochastic_gradient_tree, warm_up: 50}",
    ", replay: 100, batch: 8, value_function: {learner: stochastic_gradient_tree}",
    ", simulations: 30, rave: 20",
    ", network: {learner: mlp, hidden: [8]}, search: {simulations: 6}, self_play: {simulations: "
    "6}, "
    "replay: {capacity: 200, start: 50}, batch: 8",
    ", states: 4, sample_every: 3, rollouts: 2, horizon: 4, standard_errors: 0, classifier: "
    "{learner: decision_tree}",
};

bool is_planner(const std::string& agent) {
  return agent == "value_iteration" || agent == "policy_iteration";
}

std::vector<Case> all_cases(int copies) {
  std::vector<Case> cases;
  for (const auto& entry : registry().list(AgentFactory::kind)) {
    for (const char* world : kWorlds) {
      if (world == kGame && entry.name != "mcts") continue;
      if (world == kPlanes && entry.name != "alpha_zero") continue;
      for (const char* settings : kAgentSettings) {
        const std::string yaml = "name: x\nenvironment: " + std::string(world) +
                                 "\nagent: {name: " + entry.name + settings +
                                 "}\ntraining: {steps: 1}\n";
        try {
          const auto config = parse_config(registry(), yaml, "test",
                                           {"environment.copies=" + std::to_string(copies)})[0];
          // That a world gives no model shows only when it is asked for: tested below.
          if (is_planner(entry.name) &&
              !config.environment.world->make(config.environment.wrappers)->model())
            continue;
          cases.push_back({entry.name, config.environment.world.chosen().data(), yaml, config});
        } catch (const ConfigError&) {
          // refused: not a case
        }
      }
    }
  }
  return cases;
}

// Some bytes changed, or the end cut off.
std::vector<std::byte> damage(std::vector<std::byte> bytes, Random& random) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  if (size == 0) return bytes;  // policies that hold nothing
  if (random.bernoulli(0.3)) {
    bytes.resize(random.below(size));
    return bytes;
  }
  for (std::uint32_t flips = 1 + random.below(4); flips > 0; --flips) {
    // Half of them near the beginning, where counts and tags are.
    const std::uint32_t at = random.below(random.bernoulli(0.5) ? std::min(size, 200u) : size);
    bytes[at] = static_cast<std::byte>(random.below(256));
  }
  return bytes;
}

}  // namespace

TEST_CASE("agents: every registered one has a world in which it is tested") {
  std::set<std::string> tested;
  for (const Case& c : all_cases(1)) tested.insert(c.agent);
  for (const auto& entry : registry().list(AgentFactory::kind)) CHECK(tested.contains(entry.name));
  CHECK(tested.size() >= 15);
}

TEST_CASE("agents: planners name a world that gives no model") {
  for (const char* agent : {"value_iteration", "policy_iteration"}) {
    const auto config =
        parse_config(registry(),
                     "name: x\nenvironment: {name: platformer, observation: cells}\n"
                     "agent: {name: " +
                         std::string(agent) + "}\ntraining: {steps: 1}\n",
                     "test")[0];
    const auto world = config.environment.world->make_batch({}, 1, 1, 1);
    const auto planner = config.agent.agent->make(config.spec(), 1, 1);
    CHECK_THROWS_WITH_AS(train(*planner, *world, 10),
                         "platformer gives no model; planning needs one", std::runtime_error);
  }
}

TEST_CASE("agents: saved in mid-training and loaded anew, they end with the same bytes") {
  for (const int copies : {1, 3}) {
    for (const Case& c : all_cases(copies)) {
      CAPTURE(c.label);
      constexpr std::int64_t kHalf = 201, kAll = 501;
      const auto world = c.world();
      const auto agent = c.make_agent();
      world->reset();
      TrainingLoop unbroken(*world, kHalf);
      agent->train(unbroken);
      Writer middle;
      world->save(middle);
      agent->save(middle);
      const std::int64_t steps = unbroken.steps(), episodes = unbroken.episodes();
      const auto fresh_world = c.world();
      const auto fresh = c.make_agent();
      {
        Reader in(middle.bytes());
        fresh_world->load(in);
        fresh->load(in);
        REQUIRE(in.remaining() == 0);
        REQUIRE(saved(*fresh) == saved(*agent));
      }
      TrainingLoop resumed(*fresh_world, 0);
      resumed.continue_from(steps, episodes, kAll);
      fresh->train(resumed);

      const auto straight_world = c.world();
      const auto straight = c.make_agent();
      straight_world->reset();
      TrainingLoop whole(*straight_world, kAll);
      straight->train(whole);
      REQUIRE(whole.steps() == resumed.steps());
      REQUIRE(saved(*fresh) == saved(*straight));
      REQUIRE(saved(*fresh_world) == saved(*straight_world));
      REQUIRE(saved(fresh->policy()) == saved(straight->policy()));
    }
  }
}

TEST_CASE("agents: the number of threads changes nothing") {
  int count = 0;
  for (const Case& c : all_cases(4)) {
    CAPTURE(c.label);
    ++count;
    std::vector<std::byte> bytes[2];
    for (const int threads : {1, 3}) {
      const auto world = c.world(threads);
      const auto agent = c.make_agent();
      train(*agent, *world, 400);
      bytes[threads == 3] = saved(*agent);
    }
    REQUIRE(bytes[0] == bytes[1]);
  }
  CHECK(count > 20);
}

TEST_CASE("policies: a saved one acts alike") {
  for (const Case& c : all_cases(2)) {
    CAPTURE(c.label);
    const auto world = c.world();
    const auto agent = c.make_agent();
    train(*agent, *world, 300);
    const auto bytes = saved(agent->policy());
    const auto other = c.make_agent();
    Reader in(bytes);
    other->policy().load(in);
    REQUIRE(in.remaining() == 0);
    REQUIRE(saved(other->policy()) == bytes);
    Random first(1), second(1);
    std::vector<std::int32_t> a(2), b(2);
    for (int row = 0; row < 2; ++row) {
      agent->policy().begin_episode(row);
      other->policy().begin_episode(row);
    }
    for (int step = 0; step < 60; ++step) {
      for (int row = 0; row < 2; ++row) {
        agent->policy().look(row, world->environment(row));
        other->policy().look(row, world->environment(row));
      }
      agent->policy().act(2, world->observations(), world->legal_actions(), a, {}, first);
      other->policy().act(2, world->observations(), world->legal_actions(), b, {}, second);
      REQUIRE(a == b);
      world->step({.discrete = a, .continuous = {}});
    }
  }
}

TEST_CASE("agents and policies: damaged bytes are refused or harmless, and a good load follows") {
  std::map<std::string, int> refused;
  std::set<std::string> done;
  for (const Case& c : all_cases(1)) {
    if (c.environment == "platformer" || !done.insert(c.label).second) continue;
    CAPTURE(c.label);
    const auto world = c.world();
    const auto agent = c.make_agent();
    train(*agent, *world, 100);
    const auto good = saved(*agent), policy = saved(agent->policy());
    Random random(derive(3, c.label));
    const auto victim = c.make_agent();
    for (int trial = 0; trial < 300; ++trial) {
      const auto bytes = damage(good, random);
      Reader in(bytes);
      try {
        victim->load(in);
        // It may be as good as whole: then it has to work.
        if (trial % 10 == 0) {
          world->reset();
          TrainingLoop loop(*world, 20);
          victim->train(loop);
        }
      } catch (const ArchiveError&) {
        ++refused[c.agent];
      }
      const auto broken_policy = damage(policy, random);
      Reader policy_in(broken_policy);
      try {
        victim->policy().load(policy_in);
      } catch (const ArchiveError&) {
      }
    }
    Reader in(good);
    victim->load(in);
    REQUIRE(saved(*victim) == good);
    for (std::size_t size = 0; size < good.size(); size += 1 + good.size() / 100) {
      Reader cut(std::span<const std::byte>(good).first(size));
      CHECK_THROWS_AS(victim->load(cut), ArchiveError);
    }
  }
  for (const auto& entry : registry().list(AgentFactory::kind)) CHECK(refused[entry.name] > 50);
}
