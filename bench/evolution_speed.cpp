// Environment steps per second while a genetic algorithm evolves 4-16-2 networks (in CartPole; 16
// hidden units elsewhere), beside the bare worlds stepped with random actions. Compare rows of one
// run only; 80 % of the bare world's is aimed at.
#include <benchmark/benchmark.h>

#include <vector>

#include "agents/genetic/evolution.h"
#include "envs/classic/cart_pole.h"
#include "envs/classic/lunar_lander.h"
#include "envs/platformer/platformer.h"
#include "sim/core/batch.h"

namespace {

using namespace sandlot;

constexpr int kCopies = 64;

struct CartPoleWorld {
  using World = classic::CartPole;
  static World make() { return World(); }
};
struct LunarLanderWorld {
  using World = classic::LunarLander;
  static World make() { return World(World::Settings{}); }
};
struct PlatformerWorld {
  using World = Platformer;
  static World make() {
    World::Settings settings;
    settings.observation = platformer::ObservationKind::features;
    settings.time_limit = 20;
    return World(settings);
  }
};

template <class Kind>
Batch<typename Kind::World> batch() {
  return {kCopies, {}, 1, 1, [] { return Kind::make(); }};
}

template <class Kind>
void bare(benchmark::State& state) {
  auto world = batch<Kind>();
  world.reset();
  Random random(1);
  constexpr std::size_t kRounds = 64;
  std::vector<std::int32_t> actions(kRounds * kCopies);
  for (auto& a : actions)
    a = static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(world.spec().action.n)));
  std::size_t round = 0;
  for (auto _ : state) {
    world.step({.discrete = std::span(actions).subspan(round * kCopies, kCopies)});
    round = (round + 1) % kRounds;
  }
  state.SetItemsProcessed(state.iterations() * kCopies);
}

class Budget final : public TrainingContext {
 public:
  explicit Budget(VectorEnvironment& world) : world_(world) {}
  void allow(std::int64_t steps) { budget_ = steps_ + steps; }
  VectorEnvironment& environment() override { return world_; }
  bool proceed(Agent&) override { return steps_ < budget_; }
  void step(const Actions& actions) override { world_.step(actions); }
  void count(std::int64_t steps, std::span<const EpisodeRecord>) override { steps_ += steps; }
  std::int64_t steps() const override { return steps_; }
  std::int64_t episodes() const override { return 0; }
  void report(std::string_view, double) override {}

 private:
  VectorEnvironment& world_;
  std::int64_t steps_ = 0, budget_ = 0;
};

template <class Kind>
void evolution(benchmark::State& state) {
  auto world = batch<Kind>();
  world.reset();
  EvolutionBy<GeneticAlgorithm>::Settings settings;
  settings.search.population = 20;
  EvolutionBy<GeneticAlgorithm> agent(settings, world.spec(), kCopies, 1);
  Budget training(world);
  for (auto _ : state) {
    training.allow(1);  // a generation
    agent.train(training);
  }
  state.SetItemsProcessed(training.steps());
}

BENCHMARK(bare<CartPoleWorld>);
BENCHMARK(evolution<CartPoleWorld>);
BENCHMARK(bare<LunarLanderWorld>);
BENCHMARK(evolution<LunarLanderWorld>)->Iterations(2);
BENCHMARK(bare<PlatformerWorld>);
BENCHMARK(evolution<PlatformerWorld>)->Iterations(2);

}  // namespace
