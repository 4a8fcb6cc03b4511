// What holds for every classic world, with each of its settings.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "envs/classic/acrobot.h"
#include "envs/classic/blackjack.h"
#include "envs/classic/cart_pole.h"
#include "envs/classic/cliff_walking.h"
#include "envs/classic/double_pole.h"
#include "envs/classic/dyna_maze.h"
#include "envs/classic/frozen_lake.h"
#include "envs/classic/lunar_lander.h"
#include "envs/classic/mountain_car.h"
#include "envs/classic/random_walk.h"
#include "envs/classic/register.h"
#include "envs/classic/taxi.h"
#include "envs/classic/windy_gridworld.h"
#include "sim/core/scene.h"
#include "tests/allocations.h"

using namespace sandlot;
using namespace sandlot::classic;

namespace {

using Make = std::function<std::unique_ptr<Environment>()>;

template <class Env>
Make maker(typename Env::Settings settings = {}) {
  return [settings] { return std::make_unique<Episode<Env>>(Env(settings), WrapperSettings{}); };
}

std::vector<Make> all_worlds() {
  std::vector<Make> list{
      maker<WindyGridworld>({.kings_moves = true, .stay = true, .stochastic_wind = true}),
      maker<DynaMaze>({.maze = DynaMaze::Maze::blocking, .change_after = 50}),
      maker<DynaMaze>({.maze = DynaMaze::Maze::shortcut, .change_after = 50}),
      maker<RandomWalk>({.states = 19, .left_reward = -1}),
      maker<RandomWalk>({.states = 101}),
      maker<FrozenLake>({.map = FrozenLake::Map::large}),
      maker<FrozenLake>({.map = FrozenLake::Map::custom, .rows = {"SFS", "HGF"}}),
      maker<CartPole>({.velocities = false}),
      maker<DoublePole>({.velocities = false, .damping = true, .steps = 100}),
      maker<DoublePole>({.start = DoublePole::Start::grid}),
      maker<LunarLander>({.gravity = -4, .wind = true}),
      maker<Blackjack>({.natural = Blackjack::Natural::gymnasium}),
      maker<Blackjack>({.natural = Blackjack::Natural::bonus, .exploring_starts = true})};
  auto registry = std::make_shared<Registry>();
  register_classic(*registry);
  for (const auto& entry : registry->list(EnvironmentFactory::kind))
    list.push_back([registry, name = entry.name] {
      return registry->create<EnvironmentFactory>(name)->make({});
    });
  return list;
}

// A random legal action, whose values are good until the next one; of index −1 where none is legal,
// as in a game that is over.
Action any_action(const Environment& env, Random& random) {
  const Space& space = env.spec().action;
  if (!space.is_discrete()) {
    static std::vector<float> values;
    values.resize(space.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = space.low_at(i) + (space.high_at(i) - space.low_at(i)) * random.uniform_float();
    return {0, values};
  }
  const auto n = static_cast<std::uint32_t>(space.n);
  static std::vector<std::uint8_t> mask;
  mask.resize(n);
  env.legal_actions(mask);
  if (std::count(mask.begin(), mask.end(), 0) == n) return {-1, {}};
  std::uint32_t action = 0;
  do action = random.below(n);
  while (mask[action] == 0);
  return {static_cast<std::int32_t>(action), {}};
}

// What a player sees of some steps: everything, to be compared between two copies.
std::vector<float> play(Environment& env, int steps, Seed actions) {
  Random random(actions);
  std::vector<float> seen, observation(env.spec().observation.size());
  EventSink sink;
  for (int t = 0; t < steps; ++t) {
    const Action action = any_action(env, random);
    if (action.index < 0) {  // loaded from a broken archive, after the end of its game
      env.reset(random.next_u64());
      continue;
    }
    const StepResult result = env.step(action);
    env.observe(observation);
    seen.insert(seen.end(), observation.begin(), observation.end());
    seen.push_back(result.reward);
    seen.push_back(static_cast<float>(result.status));
    sink.clear();
    env.events(sink);
    seen.push_back(static_cast<float>(sink.list().size()));
    if (result.status != Status::running) env.reset(random.next_u64());
  }
  return seen;
}

std::vector<std::byte> saved(const Environment& env) {
  Writer out;
  env.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

}  // namespace

TEST_CASE("classic worlds: all are registered") {
  Registry registry;
  register_classic(registry);
  std::vector<std::string> names;
  for (const auto& entry : registry.list(EnvironmentFactory::kind)) {
    names.push_back(entry.name);
    CHECK(registry.create<EnvironmentFactory>(entry.name)->spec({}).name == entry.name);
  }
  CHECK(names == std::vector<std::string>{"random_walk", "cliff_walking", "windy_gridworld",
                                          "dyna_maze", "frozen_lake", "taxi", "blackjack",
                                          "cart_pole", "double_pole", "mountain_car", "acrobot",
                                          "lunar_lander", "xor", "tic_tac_toe", "connect_four"});
}

TEST_CASE("classic worlds: names, spaces and reward ranges hold in play") {
  for (const auto& make : all_worlds()) {
    const auto env = make();
    const EnvironmentSpec& spec = env->spec();
    CAPTURE(spec.name);
    if (spec.action.is_discrete())
      CHECK(spec.action_names.size() == static_cast<std::size_t>(spec.action.n));
    CHECK(spec.action_keys.size() == spec.action_names.size());
    if (!spec.observation_names.empty())
      CHECK(spec.observation_names.size() == spec.observation.size());
    std::vector<float> observation(spec.observation.size());
    Random random(1);
    for (Seed seed = 0; seed < 50; ++seed) {
      env->reset(seed);
      StepResult result;
      for (int t = 0; t < 300 && result.status == Status::running; ++t) {
        env->observe(observation);
        REQUIRE(spec.observation.contains(observation.data()));
        result = env->step(any_action(*env, random));
        REQUIRE(result.reward >= spec.reward_low);
        REQUIRE(result.reward <= spec.reward_high);
      }
      env->observe(observation);
      REQUIRE(spec.observation.contains(observation.data()));
    }
  }
}

TEST_CASE("classic worlds: the same seed gives the same play, and a copy loaded goes on alike") {
  for (const auto& make : all_worlds()) {
    const auto first = make(), second = make();
    CAPTURE(first->spec().name);
    first->reset(42);
    second->reset(42);
    CHECK(play(*first, 100, 1) == play(*second, 100, 1));
    CHECK(saved(*first) == saved(*second));
    for (int round = 0; round < 20; ++round) {
      play(*first, 7, static_cast<Seed>(round));
      const auto bytes = saved(*first);
      const auto copy = make();
      Reader in(bytes);
      copy->load(in);
      CHECK(in.remaining() == 0);
      REQUIRE(saved(*copy) == bytes);
      REQUIRE(play(*copy, 40, 9) == play(*first, 40, 9));
      REQUIRE(saved(*copy) == saved(*first));
    }
  }
}

TEST_CASE("classic worlds: broken archives are refused or harmless") {
  Random random(17);
  for (const auto& make : all_worlds()) {
    const auto env = make();
    CAPTURE(env->spec().name);
    env->reset(3);
    play(*env, 20, 2);
    const auto good = saved(*env);
    for (std::size_t size = 0; size < good.size(); ++size) {
      const std::span<const std::byte> part(good.data(), size);
      Reader in(part);
      CHECK_THROWS_AS(make()->load(in), ArchiveError);
    }
    for (int trial = 0; trial < 500; ++trial) {
      auto bytes = good;
      for (std::uint32_t flips = 1 + random.below(4); flips > 0; --flips)
        bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] =
            static_cast<std::byte>(random.below(256));
      const auto broken = make();
      Reader in(bytes);
      try {
        broken->load(in);
        play(*broken, 30, 5);
        Scene scene;
        broken->draw(scene);
      } catch (const ArchiveError&) {
      }
    }
  }
}

TEST_CASE("classic worlds: a step allocates nothing") {
  for (const auto& make : all_worlds()) {
    const auto env = make();
    CAPTURE(env->spec().name);
    std::vector<float> observation(env->spec().observation.size());
    env->reset(1);
    Random random(2);
    any_action(*env, random);
    const long before = allocations;
    for (int t = 0; t < 1000; ++t) {
      if (env->step(any_action(*env, random)).status != Status::running)
        env->reset(static_cast<Seed>(t));
      env->observe(observation);
    }
    CHECK(allocations == before);
  }
}

TEST_CASE("classic worlds: pictures have a size of their own that stays, and change with play") {
  for (const auto& make : all_worlds()) {
    const auto env = make();
    CAPTURE(env->spec().name);
    env->reset(1);
    Scene scene;
    env->draw(scene);
    const int width = scene.width(), height = scene.height();
    CHECK(width >= 300);
    CHECK(width <= 1000);
    CHECK(height >= 300);
    CHECK(height <= 800);
    const auto picture = [&scene] {
      std::string all;
      for (const auto& p : scene.primitives()) {
        all += std::to_string(p.x) + ' ' + std::to_string(p.y) + ' ' + std::to_string(p.angle);
        if (p.kind == Primitive::Kind::text) {
          all += scene.text_of(p);
        } else {
          for (const Point q : scene.points(p)) all += std::to_string(q.x) + std::to_string(q.y);
        }
      }
      return all;
    };
    const std::string start = picture();
    bool changed = false;
    for (Seed t = 0; t < 20; ++t) {
      play(*env, 1, t);
      env->draw(scene);
      CHECK(scene.width() == width);
      CHECK(scene.height() == height);
      changed = changed || picture() != start;
    }
    CHECK(changed);
  }
}
