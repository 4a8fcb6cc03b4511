// PPO learns, in seconds.
#include <doctest/doctest.h>

#include <numeric>

#include "tests/agents/ppo/setup.h"
#include "tests/agents/tabular/plain_training.h"

using namespace sandlot;

namespace {

// The mean return of the policy over the first episode of each of 50 fresh worlds.
double greedy_return(const PpoSetup& s) {
  constexpr int kRows = 50;
  const EnvironmentSpec spec = s.config.spec();
  const auto world =
      s.config.environment.world->make_batch(s.config.environment.wrappers, kRows, 777, 1);
  world->reset();
  std::vector<std::int32_t> actions(spec.action.is_discrete() ? kRows : 0);
  std::vector<float> values(spec.action.is_discrete() ? 0 : kRows * spec.action.size());
  std::vector<char> done(kRows);
  double sum = 0;
  int left = kRows;
  Random random(1);
  while (left > 0) {
    s.agent->policy().act(kRows, world->observations(), world->legal_actions(), actions, values,
                          random);
    world->step({.discrete = actions, .continuous = values});
    for (const EpisodeRecord& record : world->finished()) {
      char& known = done[static_cast<std::size_t>(record.row)];
      if (known) continue;
      known = 1;
      --left;
      sum += record.episode_return;
    }
  }
  return sum / kRows;
}

std::vector<double> returns(const char* world, const char* agent, std::int64_t steps) {
  std::vector<double> all;
  for (Seed seed = 1; seed <= 5; ++seed) {
    PpoSetup s(world, agent, seed, seed);
    PlainTraining training(*s.world, steps);
    s.agent->train(training);
    all.push_back(greedy_return(s));
  }
  return all;
}

}  // namespace

// Of seeds 1 to 30 of both kinds 58 have 500, one 498 and one 490.
TEST_CASE("learning: cart pole") {
  for (const char* agent :
       {"{name: ppo, horizon: 128, epochs: 10, minibatches: 16, optimizer: {learning_rate: 0.001}}",
        "{name: ppo, horizon: 128, epochs: 10, minibatches: 16, optimizer: {learning_rate: 0.001}, "
        "shared: true, value_weight: 0.01}"})
    for (const double mean : returns("{name: cart_pole, copies: 8}", agent, 30000))
      CHECK(mean >= 195);
}

// Of seeds 1 to 30 all have 0.728.
TEST_CASE("learning: a corridor with masked jumps") {
  for (const double mean : returns("{name: corridor, copies: 4}",
                                   "{name: ppo, horizon: 32, optimizer: {learning_rate: 0.003}}",
                                   10000))
    CHECK(mean >= 0.5);
}

// The best is to go 0.6 at a time, some 11 steps. Of seeds 1 to 30 29 have -0.08 and one -0.114.
TEST_CASE("learning: a corridor with two numbers") {
  for (const double mean : returns("{name: corridor, continuous: true, copies: 4}",
                                   "{name: ppo, horizon: 32, optimizer: {learning_rate: 0.003}}",
                                   10000))
    CHECK(mean >= -0.3);
}
