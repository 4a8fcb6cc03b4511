// Acting and learning with the networks, per backend: the figures behind docs/networks.md.
//
//   build/release/bench/bench_network
#include <benchmark/benchmark.h>

#include <vector>

#include "learners/network/network.h"

using namespace sandlot;

namespace {

Architecture mlp(int first, int second) {
  ArchitectureBuilder builder({4, 1, 1});
  builder.dense(first, Activation::relu);
  builder.dense(second, Activation::relu);
  return builder.finish({.groups = 2});
}

Architecture nature() {
  ArchitectureBuilder builder({4, 84, 84});
  builder.convolution(32, 8, 4, 0, Activation::relu);
  builder.convolution(64, 4, 2, 0, Activation::relu);
  builder.convolution(64, 3, 1, 0, Activation::relu);
  builder.dense(512, Activation::relu);
  return builder.finish({.groups = 5});
}

Architecture tiles() {
  ArchitectureBuilder builder({8, 16, 16});
  builder.convolution(16, 3, 1, 1, Activation::relu);
  builder.convolution(32, 3, 2, 1, Activation::relu);
  builder.convolution(32, 3, 2, 1, Activation::relu);
  builder.dense(128, Activation::relu);
  return builder.finish({.groups = 5});
}

Architecture lstm() {
  ArchitectureBuilder builder({2, 1, 1});
  builder.dense(64, Activation::relu);
  builder.recurrent(Cell::lstm, 64);
  return builder.finish({.groups = 2});
}

struct Rig {
  Rig(const Architecture& whole, Backend backend, int rows_, int steps = 1)
      : network(make_network(whole, {}, {.backend = backend}, 1)), rows(rows_) {
    Random random(2);
    values.resize(static_cast<std::size_t>(rows) * network->inputs());
    for (float& x : values) x = random.uniform_float();
    gradient.assign(static_cast<std::size_t>(rows) * network->outputs(), 0.01f);
    input.rows = rows;
    input.values = values.data();
    input.steps = steps;
  }
  std::unique_ptr<Network> network;
  int rows;
  std::vector<float> values, gradient;
  NetworkInput input;
};

void act(benchmark::State& state, const Architecture& whole, Backend backend) {
  Rig rig(whole, backend, static_cast<int>(state.range(0)));
  std::vector<float> out(rig.gradient.size());
  for (auto _ : state) {
    rig.network->predict(rig.input, out.data());
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * rig.rows);
}

void learn(benchmark::State& state, const Architecture& whole, Backend backend, int steps = 1) {
  Rig rig(whole, backend, static_cast<int>(state.range(0)), steps);
  for (auto _ : state) {
    benchmark::DoNotOptimize(rig.network->forward(rig.input));
    rig.network->backward(rig.gradient.data());
    rig.network->step(1e-4);
  }
  state.SetItemsProcessed(state.iterations() * rig.rows);
}

void register_all(const char* name, Backend backend) {
  const std::string own(name);
  const auto add = [&](const std::string& what, auto function, std::vector<int> sizes) {
    auto* const b = benchmark::RegisterBenchmark((own + "/" + what).c_str(), function);
    b->Unit(benchmark::kMicrosecond);
    for (const int size : sizes) b->Arg(size);
  };
  const auto acts = [backend](Architecture whole) {
    return [=](benchmark::State& s) { act(s, whole, backend); };
  };
  const auto learns = [backend](Architecture whole, int steps = 1) {
    return [=](benchmark::State& s) { learn(s, whole, backend, steps); };
  };
  add("act 4-120-84-2", acts(mlp(120, 84)), {1, 16, 128});
  add("learn 4-120-84-2", learns(mlp(120, 84)), {32, 128});
  add("act 4-256-256-2", acts(mlp(256, 256)), {1, 16});
  add("learn 4-256-256-2", learns(mlp(256, 256)), {64, 256});
  add("act tiles cnn", acts(tiles()), {1, 16});
  add("learn tiles cnn", learns(tiles()), {32});
  add("act nature cnn", acts(nature()), {1, 16});
  add("learn nature cnn", learns(nature()), {32});
  add("learn lstm 20 steps", learns(lstm(), 20), {640});
}

}  // namespace

int main(int argc, char** argv) {
  register_all("eigen", Backend::eigen);
  if (torch_available()) register_all("torch", Backend::torch);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
