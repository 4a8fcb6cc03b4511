// The lunar lander starts anew, is saved and loaded, and refuses what is damaged.
#include <doctest/doctest.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "envs/classic/lunar_lander.h"
#include "sim/core/episode.h"
#include "tests/allocations.h"
#include "tests/envs/classic/lunar_lander.h"

using namespace sandlot;
using namespace sandlot::classic;
using namespace sandlot::test;

namespace {

std::vector<std::byte> saved(const Environment& env) {
  Writer out;
  env.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

std::string load_error(Environment& env, std::span<const std::byte> bytes) {
  try {
    Reader in(bytes, "file");
    env.load(in);
  } catch (const ArchiveError& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("lunar lander: a used world starts like a new one") {
  LunarLander used;
  Random random(3);
  for (Seed seed = 0; seed < 10; ++seed) {
    LunarLander fresh;
    fresh.reset(seed);
    used.reset(seed);
    for (StepResult result; result.status == Status::running;) {
      const int action = static_cast<int>(random.below(4));
      result = act(used, action);
      act(fresh, action);
      REQUIRE(observed(fresh) == observed(used));
    }
    REQUIRE(saved(fresh) == saved(used));
  }
}

TEST_CASE("lunar lander: continuous episodes are saved and loaded, wind and all") {
  const LunarLander::Settings settings{.continuous = true, .wind = true};
  LunarLander env(settings);
  Random random(8);
  const auto throttle = [&random] { return 2 * random.uniform_float() - 1; };
  for (Seed seed = 0; seed < 10; ++seed) {
    env.reset(seed);
    StepResult result;
    for (int t = 0; t < 40 && result.status == Status::running; ++t)
      result = act(env, throttle(), throttle());
    const auto bytes = saved(env);
    LunarLander copy(settings);
    Reader in(bytes);
    copy.load(in);
    CHECK(in.remaining() == 0);
    REQUIRE(saved(copy) == bytes);
    while (result.status == Status::running) {
      const float main = throttle(), side = throttle();
      result = act(env, main, side);
      const StepResult other = act(copy, main, side);
      REQUIRE(other.reward == result.reward);
      REQUIRE(other.status == result.status);
      REQUIRE(observed(copy) == observed(env));
    }
    REQUIRE(saved(copy) == saved(env));
  }
}

TEST_CASE("lunar lander: without a step limit, long episodes are saved whole") {
  WrapperSettings wrappers;
  wrappers.step_limit = 0;
  Episode<LunarLander> env(LunarLander{}, wrappers), copy(LunarLander{}, wrappers);
  env.reset(1);
  const Controller hover{.lowest = 0.7};
  for (int t = 0; t < 2500; ++t) REQUIRE(hover.step(env).status == Status::running);
  const auto bytes = saved(env);
  Reader in(bytes);
  copy.load(in);
  for (int t = 0; t < 100; ++t) {
    hover.step(env);
    hover.step(copy);
    REQUIRE(observed(copy) == observed(env));
  }
  CHECK(saved(copy) == saved(env));
}

TEST_CASE("lunar lander: damaged archives are refused, word for word") {
  LunarLander env;
  env.reset(1);
  for (int t = 0; t < 20; ++t) act(env, t % 4);
  const auto good = saved(env);  // seed, count, 20 actions, 8 values
  REQUIRE(good.size() == 8 + 8 + 20 + 64);
  CHECK(load_error(env, good) == "no error");
  const auto with = [&](std::size_t at, int value) {
    auto bytes = good;
    bytes[at] = static_cast<std::byte>(value);
    return bytes;
  };
  const auto refusal = [](const std::string& what, int at) {
    return "file: cannot be read: " + what + " (at byte " + std::to_string(at) + ")";
  };
  CHECK(load_error(env, with(16 + 7, 4)) ==
        refusal("an action of the lander is not one of its four", 36));
  CHECK(load_error(env, with(9, 200)) ==
        refusal("a count is larger than the rest of the file", 16));
  const std::string elsewhere = "the lander's actions lead elsewhere than when it was saved";
  CHECK(load_error(env, with(0, 77)) == refusal(elsewhere, 100));
  CHECK(load_error(env, with(16 + 7, 1)) == refusal(elsewhere, 100));
  LunarLander light({.gravity = -5});
  CHECK(load_error(light, good) == refusal(elsewhere, 100));

  Writer endless;
  endless.write(Seed{1});
  endless.write(std::vector<std::uint8_t>(999, 0));
  endless.write(std::array<double, 8>{});
  CHECK(load_error(env, endless.bytes()) ==
        refusal("the lander's episode ends before its last action", 8 + 8 + 999 + 64));

  LunarLander continuous({.continuous = true});
  const auto throttles = [](std::vector<float> values) {
    Writer out;
    out.write(Seed{1});
    out.write(values);
    out.write(std::array<double, 8>{});
    return std::vector<std::byte>(out.bytes().begin(), out.bytes().end());
  };
  const std::string outside = "a throttle of the lander is outside −1 to 1";
  CHECK(load_error(continuous, throttles({0, 1.5f})) == refusal(outside, 24));
  CHECK(load_error(continuous, throttles({std::nanf(""), 0})) == refusal(outside, 24));
  CHECK(load_error(continuous, throttles({0, 0, 0})) ==
        refusal("a step of the lander has one throttle", 28));
  CHECK(load_error(continuous, throttles({0, 0})) == refusal(elsewhere, 88));
}

TEST_CASE("lunar lander: continuous steps allocate nothing, and it moves") {
  LunarLander env({.continuous = true});
  env.reset(1);
  Random random(2);
  const long before = allocations;
  for (int t = 0; t < 3000; ++t)
    if (act(env, 2 * random.uniform_float() - 1, 0).status != Status::running)
      env.reset(static_cast<Seed>(t));
  CHECK(allocations == before);
  LunarLander moved = std::move(env);
  LunarLander copy({.continuous = true});
  const auto bytes = saved(moved);
  CHECK(load_error(copy, bytes) == "no error");
  for (int t = 0; t < 5; ++t) {
    act(moved, 0.5f, 0.7f);
    act(copy, 0.5f, 0.7f);
    CHECK(observed(moved) == observed(copy));
  }
}
