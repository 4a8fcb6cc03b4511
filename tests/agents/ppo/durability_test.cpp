// PPO goes on as if never stopped, at any step of a rollout, and survives broken archives.
#include <doctest/doctest.h>

#include "tests/agents/ppo/setup.h"
#include "tests/agents/tabular/plain_training.h"
#include "tests/agents/tabular/training_loop.h"
#include "tests/allocations.h"

using namespace sandlot;

namespace {

struct Case {
  const char* world;
  const char* agent;
};
constexpr Case kCases[] = {
    {"{name: cart_pole, copies: 3}",
     "{name: ppo, horizon: 10, minibatches: 4, epochs: 2, network: {hidden: [8]}, entropy: 0.01}"},
    {"{name: cart_pole, copies: 2, wrappers: {step_limit: 7}}",
     "{name: ppo, horizon: 12, minibatches: 3, shared: true, network: {hidden: [8]}, value_clip: "
     "0.2, target_kl: 0.001}"},
    {"{name: cliff_walking, copies: 2, wrappers: {step_limit: 9}}",
     "{name: ppo, horizon: 8, network: {hidden: []}, optimizer: {name: momentum, momentum: 0.9}}"},
    {"{name: corridor, copies: 2}",
     "{name: ppo, horizon: 9, minibatches: 2, network: {hidden: [6]}, clip: {kind: linear, from: "
     "0.3, to: 0.1, steps: 300}}"},
    {"{name: corridor, continuous: true, copies: 3}",
     "{name: ppo, horizon: 8, minibatches: 2, network: {hidden: [6]}, entropy: {kind: linear, "
     "from: 0.1, to: 0, steps: 300}}"},
    {"{name: corridor, continuous: true}",
     "{name: ppo, horizon: 11, minibatches: 2, shared: true, network: {hidden: [6]}, "
     "normalize_advantages: false, optimizer: {name: rmsprop}}"},
};

std::vector<std::byte> bytes_of(const PpoSetup& s) {
  Writer out;
  s.world->save(out);
  s.agent->save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

}  // namespace

TEST_CASE("ppo: saved at any step of a rollout and loaded, it ends with the same bytes") {
  for (const Case& c : kCases) {
    CAPTURE(c.world);
    CAPTURE(c.agent);
    constexpr std::int64_t kAll = 120;
    PpoSetup unbroken(c.world, c.agent);
    PlainTraining whole(*unbroken.world, kAll);
    unbroken.agent->train(whole);
    const auto expected = bytes_of(unbroken);

    for (std::int64_t before = 0; before < kAll; before += unbroken.world->size()) {
      CAPTURE(before);
      PpoSetup first(c.world, c.agent);
      PlainTraining until(*first.world, before);
      first.agent->train(until);
      const auto middle = bytes_of(first);
      PpoSetup resumed(c.world, c.agent, 1, 99);  // nothing of the agent survives but its settings
      Reader in(middle);
      resumed.world->load(in);
      resumed.agent->load(in);
      REQUIRE(in.remaining() == 0);
      REQUIRE(bytes_of(resumed) == middle);
      PlainTraining rest(*resumed.world, kAll);
      rest.set_counts(until.steps(), until.episodes());
      resumed.agent->train(rest);
      REQUIRE(bytes_of(resumed) == expected);
    }
  }
}

TEST_CASE("ppo: the same seed gives the same run, another seed another") {
  for (const Case& c : kCases) {
    CAPTURE(c.world);
    PpoSetup a(c.world, c.agent), b(c.world, c.agent), other(c.world, c.agent, 2, 2);
    for (PpoSetup* s : {&a, &b, &other}) {
      PlainTraining training(*s->world, 100);
      s->agent->train(training);
    }
    CHECK(bytes_of(a) == bytes_of(b));
    CHECK(bytes_of(a) != bytes_of(other));
  }
}

TEST_CASE("ppo: the policy alone can be saved, and acts the same after loading") {
  for (const Case& c : kCases) {
    CAPTURE(c.world);
    PpoSetup trained(c.world, c.agent), fresh(c.world, c.agent, 1, 99);
    PlainTraining training(*trained.world, 200);
    trained.agent->train(training);
    Writer out;
    trained.agent->policy().save(out);
    Reader in(out.bytes());
    fresh.agent->policy().load(in);
    CHECK(in.remaining() == 0);
    const EnvironmentSpec spec = trained.config.spec();
    const auto rows = static_cast<std::size_t>(trained.world->size());
    const bool discrete = spec.action.is_discrete();
    std::vector<std::int32_t> a(discrete ? rows : 0), b(a);
    std::vector<float> x(discrete ? 0 : rows * spec.action.size()), y(x);
    Random random(5);
    for (int step = 0; step < 50; ++step) {
      const VectorEnvironment& w = *trained.world;
      trained.agent->policy().act(w.size(), w.observations(), w.legal_actions(), a, x, random);
      fresh.agent->policy().act(w.size(), w.observations(), w.legal_actions(), b, y, random);
      REQUIRE(a == b);
      REQUIRE(x == y);
      trained.world->step({.discrete = a, .continuous = x});
    }
  }
}

TEST_CASE("ppo: a broken archive is refused or harmless, and the next good one loads") {
  for (const Case& c : kCases) {
    CAPTURE(c.world);
    PpoSetup s(c.world, c.agent);
    PlainTraining training(*s.world, 100);
    s.agent->train(training);
    const auto good = saved(*s.agent);
    Random random(7);
    int refused = 0;
    for (int round = 0; round < 200; ++round) {
      auto broken = good;
      const auto at = random.below(static_cast<std::uint32_t>(broken.size()));
      const bool cut = round % 3 == 0;
      if (cut)
        broken.resize(at);
      else
        broken[at] ^= static_cast<std::byte>(1 + random.below(255));
      Reader in(broken);
      try {
        s.agent->load(in);
        CHECK(!cut);
        PlainTraining on(*s.world, 60);
        s.agent->train(on);
      } catch (const ArchiveError&) {
        ++refused;
      }
      Reader again(good);
      s.agent->load(again);
      REQUIRE(saved(*s.agent) == good);
    }
    CHECK(refused >= 66);
  }
}

TEST_CASE("ppo: no step allocates once warm") {
  for (const Case& c : kCases) {
    CAPTURE(c.world);
    PpoSetup s(c.world, c.agent);
    PlainTraining training(*s.world, 3000);
    training.keep_records = false;
    long at_mark = -1;
    training.mark = 1000;
    training.at_mark = [&] { at_mark = allocations; };
    s.agent->train(training);
    REQUIRE(at_mark >= 0);
    CHECK(allocations - at_mark == 0);
  }
}
