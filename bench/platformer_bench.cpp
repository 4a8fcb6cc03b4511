// Steps per second of the platformer for each observation, one world at a time and in a batch, over
// generated levels with their restarts; and the time that a generated level takes.
#include <benchmark/benchmark.h>

#include <vector>

#include "envs/platformer/generator.h"
#include "envs/platformer/platformer.h"
#include "sim/core/batch.h"

namespace {

using namespace sandlot;
using namespace sandlot::platformer;

PlatformerSettings settings_for(ObservationKind observation, bool color = false) {
  PlatformerSettings settings;
  settings.observation = observation;
  settings.color = color;
  settings.levels.generator.difficulty = 0.5;
  settings.levels.generator.seeds = {0, 20};
  return settings;
}

// Long presses of random buttons, mostly to the right: an agent that gets somewhere.
class Player {
 public:
  std::int32_t press() {
    if (left_-- == 0) {
      left_ = 7;
      action_ = static_cast<std::int32_t>(random_.below(7));
    }
    return action_;
  }

 private:
  Random random_{1};
  int left_ = 0;
  std::int32_t action_ = 0;
};

void single(benchmark::State& state, ObservationKind observation, bool color) {
  Platformer env(settings_for(observation, color));
  std::vector<float> values(env.spec().observation.size());
  for (Seed seed = 0; seed < 200; ++seed) env.reset(seed);
  Player player;
  Seed seed = 0;
  for (auto _ : state) {
    const StepResult result = env.step({.index = player.press()});
    env.observe(values);
    benchmark::DoNotOptimize(values.data());
    if (result.status != Status::running) env.reset(++seed);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(single, tiles, ObservationKind::tiles, false);
BENCHMARK_CAPTURE(single, features, ObservationKind::features, false);
BENCHMARK_CAPTURE(single, cells, ObservationKind::cells, false);
BENCHMARK_CAPTURE(single, pixels_grey, ObservationKind::pixels, false);
BENCHMARK_CAPTURE(single, pixels_color, ObservationKind::pixels, true);

void batch(benchmark::State& state, ObservationKind observation) {
  const int copies = static_cast<int>(state.range(0));
  const PlatformerSettings settings = settings_for(observation);
  Batch<Platformer> worlds(copies, {}, 1, 1, [&] { return Platformer(settings); });
  worlds.reset();
  std::vector<Player> players(static_cast<std::size_t>(copies));
  std::vector<std::int32_t> actions(players.size());
  for (auto _ : state) {
    for (std::size_t i = 0; i < actions.size(); ++i) actions[i] = players[i].press();
    worlds.step({.discrete = actions, .continuous = {}});
  }
  state.SetItemsProcessed(state.iterations() * copies);
}
BENCHMARK_CAPTURE(batch, tiles, ObservationKind::tiles)->Arg(16)->Arg(256);
BENCHMARK_CAPTURE(batch, features, ObservationKind::features)->Arg(16)->Arg(256);
BENCHMARK_CAPTURE(batch, pixels_grey, ObservationKind::pixels)->Arg(16)->Arg(256);

void generate(benchmark::State& state) {
  std::uint64_t seed = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(generate_level(seed++, static_cast<int>(state.range(0)), 100).text);
}
BENCHMARK(generate)->Arg(0)->Arg(50)->Arg(100)->Unit(benchmark::kMillisecond);

}  // namespace
