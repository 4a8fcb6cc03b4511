// How long the replay memory takes to add a step, to sample a batch and to note its errors.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "agents/dqn/replay.h"

using namespace sandlot;

namespace {

constexpr int kCopies = 8;

struct Filled {
  EnvironmentSpec spec;
  std::unique_ptr<ReplayBuffer> memory;
  std::vector<float> observation;
  Random random{1};

  Filled(Space frame, int stack, std::int64_t capacity, bool prioritized, int n_step) {
    spec.observation = frame;
    if (stack > 1) spec.observation.shape[0] *= stack;
    spec.action = Space::discrete(4);
    ReplaySettings settings;
    settings.capacity = capacity;
    settings.prioritized = prioritized;
    memory = std::make_unique<ReplayBuffer>(settings, spec, stack, kCopies, n_step, 0.99);
    observation.assign(spec.observation.size(), 1.0f);
    for (std::int64_t i = 0; i < capacity; ++i) add(static_cast<int>(i % kCopies));
  }
  void add(int row) {
    if (!memory->begun(row)) memory->begin(row, observation);
    const Status status = random.below(200) == 0 ? Status::terminated : Status::running;
    memory->add(row, 1, 1, status, observation);
  }
};

Filled vectors(const benchmark::State& state) {  // capacity, prioritized
  return Filled(Space::box({4}, -1, 1), 1, state.range(0), state.range(1) != 0, 1);
}

void add(benchmark::State& state) {
  Filled filled = vectors(state);
  int row = 0;
  for (auto _ : state) filled.add(row = (row + 1) % kCopies);
}
BENCHMARK(add)->ArgsProduct({{100000, 1000000}, {0, 1}});

void sample_128(benchmark::State& state) {
  Filled filled = vectors(state);
  ReplayBatch batch;
  for (auto _ : state) filled.memory->sample(128, filled.random, 0.4, batch);
}
BENCHMARK(sample_128)->ArgsProduct({{100000, 1000000}, {0, 1}});

void set_128_errors(benchmark::State& state) {
  Filled filled = vectors(state);
  ReplayBatch batch;
  filled.memory->sample(128, filled.random, 0.4, batch);
  const std::vector<float> errors(128, 0.5f);
  for (auto _ : state) filled.memory->set_errors(batch.indices, errors);
}
BENCHMARK(set_128_errors)->ArgsProduct({{100000, 1000000}, {1}});

Filled pictures() {  // 84 × 84, four of them stacked, kept as bytes
  return Filled(Space::box({1, 84, 84}, 0, 1).quantized(1.0f / 255), 4, 10000, false, 3);
}

void add_picture(benchmark::State& state) {
  Filled filled = pictures();
  int row = 0;
  for (auto _ : state) filled.add(row = (row + 1) % kCopies);
}
BENCHMARK(add_picture);

void sample_32_pictures(benchmark::State& state) {
  Filled filled = pictures();
  ReplayBatch batch;
  for (auto _ : state) filled.memory->sample(32, filled.random, 0.4, batch);
}
BENCHMARK(sample_32_pictures)->Unit(benchmark::kMicrosecond);

}  // namespace
