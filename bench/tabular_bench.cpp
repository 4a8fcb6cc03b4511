// Steps per second of whole training runs in memory, beside the bare world played at random: what a
// tabular agent costs on top of the steps themselves. Compare rows of one run only.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "sim/cli/register_all.h"
#include "sim/experiment/training.h"

namespace {

using namespace sandlot;

constexpr int kSteps = 200000;

const Registry& registry() {
  static const Registry* all = [] {
    auto* r = new Registry;
    register_all(*r);
    return r;
  }();
  return *all;
}

ExperimentConfig config(const std::string& environment, const std::string& agent) {
  return parse_config(registry(),
                      "name: bench\nenvironment: " + environment + "\nagent: " + agent +
                          "\ntraining: {steps: " + std::to_string(kSteps) +
                          ", evaluate: {episodes: 1, step_limit: 1}}\n",
                      "bench")[0];
}

void train(benchmark::State& state, const std::string& environment, const std::string& agent) {
  const ExperimentConfig c = config(environment, agent);
  for (auto _ : state) {
    TrainingRun run(registry(), c, 1, {});
    benchmark::DoNotOptimize(run.run().episodes_count);
  }
  state.SetItemsProcessed(state.iterations() * kSteps);
}

// The same number of steps with actions drawn beforehand.
void bare(benchmark::State& state, const std::string& environment) {
  const ExperimentConfig c = config(environment, "{name: random}");
  const auto world = c.environment.world->make_batch(c.environment.wrappers, 1, 1, 1);
  Random random(1);
  std::vector<std::int32_t> actions(4096);
  for (auto& a : actions)
    a = static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(world->spec().action.n)));
  world->reset();
  for (auto _ : state)
    for (std::size_t t = 0; t < kSteps; ++t)
      world->step(
          {.discrete = std::span(actions).subspan(t % actions.size(), 1), .continuous = {}});
  state.SetItemsProcessed(state.iterations() * kSteps);
}

constexpr const char* kCliff = "{name: cliff_walking}";
constexpr const char* kCar = "{name: mountain_car, wrappers: {step_limit: 0}}";

BENCHMARK_CAPTURE(bare, cliff_walking, kCliff)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train, cliff_walking_random, kCliff, "{name: random}")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train, cliff_walking_q_learning, kCliff, "{name: q_learning, step_size: 0.5}")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bare, mountain_car, kCar)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train, mountain_car_n_step_sarsa, kCar,
                  "{name: n_step_sarsa, n: 4, epsilon: 0, step_size: 0.0625, value_function: "
                  "{features: tile_coding, tilings: 8, tiles: [8]}}")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train, mountain_car_sarsa_lambda, kCar,
                  "{name: sarsa_lambda, lambda: 0.9, epsilon: 0, step_size: 0.0625, "
                  "value_function: {features: tile_coding, tilings: 8, tiles: [8]}}")
    ->Unit(benchmark::kMillisecond);

}  // namespace
