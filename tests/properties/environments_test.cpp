// What holds for every registered world.
#include <doctest/doctest.h>

#include <bit>
#include <memory>
#include <string>
#include <vector>

#include "sim/cli/register_all.h"
#include "sim/core/registry.h"
#include "tests/agents/tabular/training_loop.h"

using namespace sandlot;

namespace {

struct Wrapped {
  std::string label;
  std::shared_ptr<EnvironmentFactory> factory;
  WrapperSettings wrappers;
};

// Each world plain, and with every wrapper that keeps a state.
std::vector<Wrapped> all_worlds() {
  Registry registry;
  register_all(registry);
  std::vector<Wrapped> worlds;
  for (const auto& entry : registry.list(EnvironmentFactory::kind)) {
    const std::shared_ptr<EnvironmentFactory> factory =
        registry.create<EnvironmentFactory>(entry.name);
    worlds.push_back({entry.name, factory, {}});
    WrapperSettings wrappers;
    wrappers.step_limit = 37;
    if (!factory->spec({}).masks_actions) {  // else what was legal once may not be so twice
      wrappers.action_repeat = 2;
      wrappers.sticky_actions = 0.25;
    }
    if (!factory->spec({}).observation.is_discrete()) wrappers.frame_stack = 3;
    wrappers.reward_clip = {-1, 1};
    worlds.push_back({entry.name + ", wrapped", factory, wrappers});
  }
  return worlds;
}

// A random legal action.
class Player {
 public:
  Player(const EnvironmentSpec& spec, Seed seed)
      : spec_(spec),
        random_(seed),
        values_(spec.action.is_discrete() ? 0 : spec.action.size()),
        mask_(spec.action.is_discrete() ? static_cast<std::size_t>(spec.action.n) : 0) {}
  Action choose(const Environment& env) {
    if (!spec_.action.is_discrete()) {
      for (std::size_t i = 0; i < values_.size(); ++i)
        values_[i] = spec_.action.low_at(i) +
                     (spec_.action.high_at(i) - spec_.action.low_at(i)) * random_.uniform_float();
      return {.index = 0, .values = values_};
    }
    env.legal_actions(mask_);
    std::int32_t index = 0;
    do index = static_cast<std::int32_t>(random_.below(static_cast<std::uint32_t>(mask_.size())));
    while (mask_[static_cast<std::size_t>(index)] == 0);
    return {.index = index, .values = {}};
  }
  Seed seed() { return random_.next_u64(); }

 private:
  EnvironmentSpec spec_;
  Random random_;
  std::vector<float> values_;
  std::vector<std::uint8_t> mask_;
};

// Whether each value is, bit for bit, one of the at most 256 that its space promises.
bool keeps_quantum(const Space& space, const std::vector<float>& observation) {
  for (std::size_t i = 0; i < observation.size(); ++i) {
    bool found = false;
    for (int k = 0; k < 256 && !found; ++k)
      found = std::bit_cast<std::uint32_t>(observation[i]) ==
              std::bit_cast<std::uint32_t>(space.low_at(i) + static_cast<float>(k) * space.quantum);
    if (!found) return false;
  }
  return true;
}

// Plays, checks what is seen against the specification, and returns all of it.
std::vector<float> play(Environment& env, int steps, Seed seed) {
  const EnvironmentSpec& spec = env.spec();
  Player player(spec, seed);
  std::vector<float> seen, observation(spec.observation.size());
  for (int t = 0; t < steps; ++t) {
    const StepResult result = env.step(player.choose(env));
    env.observe(observation);
    REQUIRE(spec.observation.contains(observation.data()));
    REQUIRE(result.reward >= spec.reward_low);
    REQUIRE(result.reward <= spec.reward_high);
    seen.insert(seen.end(), observation.begin(), observation.end());
    seen.push_back(result.reward);
    seen.push_back(static_cast<float>(result.status));
    if (result.status != Status::running) env.reset(player.seed());
  }
  return seen;
}

}  // namespace

TEST_CASE("environments: observations and rewards stay inside their spaces, seeds repeat") {
  for (const auto& world : all_worlds()) {
    CAPTURE(world.label);
    const auto first = world.factory->make(world.wrappers);
    const auto second = world.factory->make(world.wrappers);
    for (Seed seed = 0; seed < 3; ++seed) {
      first->reset(seed);
      second->reset(seed);
      REQUIRE(play(*first, 200, seed) == play(*second, 200, seed));
      REQUIRE(saved(*first) == saved(*second));
    }
  }
}

TEST_CASE("environments: a space that has a quantum keeps it") {
  int kept = 0;
  for (const auto& world : all_worlds()) {
    CAPTURE(world.label);
    const auto env = world.factory->make(world.wrappers);
    const Space& space = env->spec().observation;
    if (space.quantum == 0) continue;
    ++kept;
    Player player(env->spec(), 3);
    std::vector<float> observation(space.size());
    env->reset(3);
    for (int t = 0; t < 200; ++t) {
      env->observe(observation);
      REQUIRE(keeps_quantum(space, observation));
      if (env->step(player.choose(*env)).status != Status::running) env->reset(player.seed());
    }
  }
  CHECK(kept >= 2);  // the platformer's tiles, plain and stacked
}

TEST_CASE("environments: loaded in mid-episode, the future is the same") {
  for (const auto& world : all_worlds()) {
    CAPTURE(world.label);
    const auto env = world.factory->make(world.wrappers);
    env->reset(8);
    for (Seed round = 0; round < 8; ++round) {
      play(*env, 11, round);
      const auto bytes = saved(*env);
      const auto copy = world.factory->make(world.wrappers);
      Reader in(bytes);
      copy->load(in);
      REQUIRE(in.remaining() == 0);
      REQUIRE(saved(*copy) == bytes);
      REQUIRE(play(*copy, 60, 99) == play(*env, 60, 99));
      REQUIRE(saved(*copy) == saved(*env));
    }
  }
}

TEST_CASE("environments: only an episode that is over has reached its goal") {
  for (const auto& world : all_worlds()) {
    CAPTURE(world.label);
    const auto env = world.factory->make(world.wrappers);
    Player player(env->spec(), 3);
    env->reset(1);
    for (int t = 0; t < 2000; ++t) {
      REQUIRE(!env->goal_reached());
      const StepResult result = env->step(player.choose(*env));
      if (env->goal_reached()) {
        REQUIRE(env->spec().has_goal);
        REQUIRE(result.status == Status::terminated);
      }
      if (result.status != Status::running) env->reset(player.seed());
    }
  }
}

TEST_CASE("environments: illegal actions are refused, and change nothing") {
  for (const auto& world : all_worlds()) {
    CAPTURE(world.label);
    const auto env = world.factory->make(world.wrappers);
    env->reset(1);
    const auto before = saved(*env);
    const Space& action = env->spec().action;
    if (action.is_discrete()) {
      for (const std::int32_t index : {-1, action.n, 1 << 30})
        CHECK_THROWS_AS(env->step({.index = index, .values = {}}), std::invalid_argument);
    } else {
      std::vector<float> values(action.size(), std::numeric_limits<float>::quiet_NaN());
      CHECK_THROWS_AS(env->step({.index = 0, .values = values}), std::invalid_argument);
      CHECK_THROWS_AS(env->step({.index = 0, .values = {}}), std::invalid_argument);
    }
    CHECK(saved(*env) == before);
  }
}

TEST_CASE("environments: a batch is its single worlds, with any number of threads") {
  constexpr int kRows = 5;
  for (const auto& world : all_worlds()) {
    CAPTURE(world.label);
    if (!world.factory->spec(world.wrappers).action.is_discrete()) continue;
    const auto one = world.factory->make_batch(world.wrappers, kRows, 4, 1);
    const auto many = world.factory->make_batch(world.wrappers, kRows, 4, 3);
    std::vector<std::unique_ptr<Environment>> singles;
    std::vector<std::uint64_t> episodes(kRows, 1);
    const auto seed = [&](std::size_t row) {
      return derive(derive(4, "row", row), "episode", episodes[row] - 1);
    };
    for (std::size_t row = 0; row < kRows; ++row) {
      singles.push_back(world.factory->make(world.wrappers));
      singles.back()->reset(seed(row));
    }
    one->reset();
    many->reset();
    Player player(one->spec(), 6);
    std::vector<std::int32_t> actions(kRows);
    std::vector<float> observation(one->spec().observation.size());
    for (int t = 0; t < 100; ++t) {
      for (std::size_t row = 0; row < kRows; ++row)
        actions[row] = player.choose(*singles[row]).index;
      one->step({.discrete = actions, .continuous = {}});
      many->step({.discrete = actions, .continuous = {}});
      for (std::size_t row = 0; row < kRows; ++row) {
        const int r = static_cast<int>(row);
        const StepResult result = singles[row]->step({.index = actions[row], .values = {}});
        REQUIRE(result.reward == one->rewards()[row]);
        REQUIRE(result.status == one->statuses()[row]);
        singles[row]->observe(observation);
        if (result.status != Status::running) {
          REQUIRE(std::ranges::equal(observation, one->final_observation(r)));
          ++episodes[row];
          singles[row]->reset(seed(row));
          singles[row]->observe(observation);
        }
        REQUIRE(std::ranges::equal(observation, one->observation(r)));
      }
      REQUIRE(std::ranges::equal(one->observations(), many->observations()));
      REQUIRE(std::ranges::equal(one->rewards(), many->rewards()));
    }
    REQUIRE(saved(*one) == saved(*many));
  }
}
