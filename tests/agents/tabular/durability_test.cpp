// What holds for every tabular agent: it goes on as if never stopped, and survives broken archives.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "sim/core/archive.h"
#include "tests/agents/tabular/plain_training.h"
#include "tests/agents/tabular/setup.h"
#include "tests/allocations.h"

using namespace sandlot;

namespace {

constexpr std::int64_t kBefore = 2000, kAfter = 3000;

std::vector<std::byte> saved(const Setup& s) {
  Writer out;
  s.world->save(out);
  s.agent->save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

std::vector<std::byte> saved(const Agent& agent) {
  Writer out;
  agent.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

bool same(std::span<const EpisodeRecord> a, std::span<const EpisodeRecord> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.row == y.row && x.seed == y.seed && x.episode_return == y.episode_return &&
           x.length == y.length && x.status == y.status;
  });
}

}  // namespace

TEST_CASE("every registered agent is in the list of cases") {
  std::set<std::string> listed;
  for (const Case& c : kCases)
    listed.insert(std::string(tabular_config(c.world, c.agent).agent.agent.chosen()));
  for (const auto& entry : tabular_registry().list("agent")) {
    CAPTURE(entry.name);
    CHECK(listed.count(entry.name) == 1);
  }
}

TEST_CASE("a run that is saved and loaded ends with the same bytes as one that is not") {
  for (const Case& c : kCases) {
    CAPTURE(c.world);
    CAPTURE(c.agent);
    Setup unbroken(c.world, c.agent);
    PlainTraining first(*unbroken.world, kBefore);
    unbroken.agent->train(first);
    const auto middle = saved(unbroken);
    PlainTraining second(*unbroken.world, kBefore + kAfter);
    second.set_counts(first.steps(), first.episodes());
    unbroken.agent->train(second);

    Setup resumed(c.world, c.agent, 1, 99);  // nothing of the agent survives but its settings
    Reader in(middle);
    resumed.world->load(in);
    resumed.agent->load(in);
    CHECK(in.remaining() == 0);
    CHECK(saved(resumed) == middle);
    PlainTraining rest(*resumed.world, kBefore + kAfter);
    rest.set_counts(first.steps(), first.episodes());
    resumed.agent->train(rest);
    CHECK(saved(resumed) == saved(unbroken));
    CHECK(same(rest.records, second.records));
  }
}

TEST_CASE("the policy alone can be saved, and acts the same after loading") {
  for (const Case& c : kCases) {
    CAPTURE(c.agent);
    Setup trained(c.world, c.agent), fresh(c.world, c.agent, 1, 99);
    PlainTraining training(*trained.world, kBefore);
    trained.agent->train(training);
    Writer out;
    trained.agent->policy().save(out);
    Reader in(out.bytes());
    fresh.agent->policy().load(in);
    CHECK(in.remaining() == 0);
    const auto rows = static_cast<std::size_t>(trained.world->size());
    std::vector<std::int32_t> a(rows), b(rows);
    Random random_a(5), random_b(5);
    for (int step = 0; step < 100; ++step) {
      const auto observations = trained.world->observations();
      trained.agent->policy().act(trained.world->size(), observations, {}, a, {}, random_a);
      fresh.agent->policy().act(trained.world->size(), observations, {}, b, {}, random_b);
      REQUIRE(a == b);
      trained.world->step({.discrete = a, .continuous = {}});
    }
  }
}

TEST_CASE("a broken archive is refused or harmless, and the next good one loads") {
  for (const Case& c : kCases) {
    CAPTURE(c.agent);
    Setup s(c.world, c.agent);
    PlainTraining training(*s.world, 300);
    s.agent->train(training);
    const auto good = saved(*s.agent);
    Random random(derive(7, c.agent));
    for (int round = 0; round < 60; ++round) {
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
        PlainTraining on(*s.world, 50);
        s.agent->train(on);
      } catch (const ArchiveError&) {
      }
      Reader again(good);
      s.agent->load(again);
      REQUIRE(saved(*s.agent) == good);
    }
  }
}

TEST_CASE("the same seed gives the same run, another seed another") {
  for (const Case& c : kCases) {
    CAPTURE(c.agent);
    Setup a(c.world, c.agent), b(c.world, c.agent), other(c.world, c.agent, 2, 2);
    for (Setup* s : {&a, &b, &other}) {
      PlainTraining training(*s->world, 500);
      s->agent->train(training);
    }
    CHECK(saved(a) == saved(b));
    CHECK(saved(a) != saved(other));
  }
}

TEST_CASE("no step allocates once warm") {
  for (const Case& c : kCases) {
    CAPTURE(c.agent);
    Setup s(c.world, c.agent);
    PlainTraining training(*s.world, 22000);
    training.keep_records = false;
    long at_mark = -1;
    training.mark = 20000;
    training.at_mark = [&] { at_mark = allocations; };
    s.agent->train(training);
    const long made = allocations - at_mark;
    REQUIRE(at_mark >= 0);
    // An episode longer than any before may still make the memory of it grow, a vector at a time.
    CHECK(made <= 3);
  }
}
