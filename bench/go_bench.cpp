// Light playouts per second on one core: uniform random games from the empty board to the end, with
// single-point eyes left alone, and scored by area. Simple ko is kept, superko is not asked. The
// mark is 120,000 at 9×9 and 27,500 at 19×19: 1.5 times libEGO's light playouts on a machine of
// this kind.
//
// The comparison of a million games with the slow twin is
//   SANDLOT_GO_GAMES=1000000 build/dev/tests/envs/go/test_go
#include <benchmark/benchmark.h>

#include "envs/go/game.h"
#include "envs/go/playout.h"

namespace {

using namespace sandlot;
using namespace sandlot::go;

void light_playouts(benchmark::State& state) {
  const int size = static_cast<int>(state.range(0));
  const Board empty(size);
  Board board(size);
  Random random(1);
  std::int64_t difference = 0;
  for (auto _ : state) {
    board = empty;
    difference += Playout::uniform(board, kBlack, random, 3 * size * size);
  }
  benchmark::DoNotOptimize(difference);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(light_playouts)->Arg(9)->Arg(13)->Arg(19)->Unit(benchmark::kMicrosecond);

// The same games with every rule: positional superko, suicide, legal moves listed before each.
void full_rules(benchmark::State& state) {
  const int size = static_cast<int>(state.range(0));
  Game game(size, {.most_moves = 3 * size * size});
  Random random(1);
  std::vector<Vertex> legal;
  std::int64_t moves = 0;
  for (auto _ : state) {
    game.clear();
    while (!game.over()) {
      legal.assign(1, kPass);
      for (const auto v : game.board().empties())
        if (game.is_legal(v)) legal.push_back(v);
      game.play(legal[random.below(static_cast<std::uint32_t>(legal.size()))]);
      ++moves;
    }
  }
  state.SetItemsProcessed(moves);
}
BENCHMARK(full_rules)->Arg(9)->Arg(19)->Unit(benchmark::kMicrosecond);

void copies(benchmark::State& state) {
  const int size = static_cast<int>(state.range(0));
  Board board(size), copy(size);
  Random random(1);
  Playout::uniform(board, kBlack, random, size * size / 2);
  for (auto _ : state) {
    copy = board;
    benchmark::DoNotOptimize(copy);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(copies)->Arg(9)->Arg(19)->Unit(benchmark::kNanosecond);

}  // namespace
