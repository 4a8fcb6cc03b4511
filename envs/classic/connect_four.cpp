#include "envs/classic/connect_four.h"

#include <algorithm>
#include <map>
#include <memory>

#include "envs/classic/connect_four_solver.h"
#include "envs/classic/palette.h"

namespace sandlot::classic {

void ConnectFourRules::State::play(int column) {
  std::uint64_t& mine = discs_[static_cast<std::size_t>(turn_)];
  const int base = column * height_;
  const std::uint64_t free =
      all() + (std::uint64_t{1} << base);  // carries to the lowest empty place
  const std::uint64_t in_column = ((std::uint64_t{1} << (height_ - 1)) - 1) << base;
  mine |= free & in_column & ~all();
  ++count_;
  for (const int step : {1, height_ - 1, height_, height_ + 1}) {
    const std::uint64_t pairs = mine & mine >> step;
    if ((pairs & pairs >> 2 * step) != 0) winner_ = turn_;
  }
  turn_ = 1 - turn_;
}

void ConnectFourRules::specify(const Board& board, EnvironmentSpec& spec) {
  spec.name = "connect_four";
  spec.observation = Space::box({2, board.rows, board.columns}, 0, 1).quantized(1);
  spec.action = Space::discrete(board.columns);
  for (int c = 1; c <= board.columns; ++c) {
    spec.action_names.push_back("column " + std::to_string(c));
    spec.action_keys.push_back(std::to_string(c));
  }
}

void ConnectFourRules::observe(const Board&, const State& state, std::span<float> out) {
  const auto places = static_cast<std::size_t>(state.rows() * state.columns());
  std::size_t i = 0;
  for (int row = state.rows() - 1; row >= 0; --row) {
    for (int column = 0; column < state.columns(); ++column, ++i) {
      const int disc = state.at(column, row);
      out[i] = disc == state.to_move() + 1 ? 1.0f : 0.0f;
      out[places + i] = disc == 2 - state.to_move() ? 1.0f : 0.0f;
    }
  }
}

int ConnectFourRules::value(const State& state, int alpha, int beta) {
  // What was found is of use in all games that the thread plays.
  thread_local std::map<std::pair<int, int>, std::unique_ptr<ConnectFourSolver>> solvers;
  auto& solver = solvers[{state.columns(), state.rows()}];
  if (!solver)
    solver = std::make_unique<ConnectFourSolver>(Board{state.columns(), state.rows()}, 8388593);
  return solver->value(state, alpha, beta);
}

int ConnectFourRules::opening_action(const State& state, Random& random) {
  if (state.columns() == 7 && state.rows() == 6 && state.count() == 0) return 3;
  return heuristic_action(state, random);
}

void ConnectFourRules::draw(const State& state, int last, Scene& scene) {
  constexpr float cell = 76, margin = 40;
  const auto columns = static_cast<float>(state.columns()), rows = static_cast<float>(state.rows());
  scene.begin(static_cast<int>(columns * cell + 2 * margin),
              static_cast<int>(rows * cell + 2 * margin), palette::background);
  const Point middle{margin + columns * cell / 2, margin + rows * cell / 2};
  scene.rectangle({middle.x, middle.y + 7}, columns * cell + 26, rows * cell + 26, palette::shadow,
                  24);
  scene.rectangle(middle, columns * cell + 24, rows * cell + 24, palette::agent_dark, 22);
  scene.rectangle({middle.x, middle.y - 3}, columns * cell + 22, rows * cell + 18, palette::agent,
                  20);
  int top = -1;  // of the column last played
  for (int row = 0; last >= 0 && row < state.rows(); ++row)
    if (state.at(last, row) != 0) top = row;
  for (int column = 0; column < state.columns(); ++column) {
    for (int row = 0; row < state.rows(); ++row) {
      const Point c{margin + (static_cast<float>(column) + 0.5f) * cell,
                    margin + (rows - static_cast<float>(row) - 0.5f) * cell};
      const int disc = state.at(column, row);
      scene.circle({c.x, c.y - 1.5f}, 31, palette::agent_dark);
      if (disc == 0) {
        scene.circle(c, 29.5f, palette::background);
        continue;
      }
      const bool first = disc == 1;
      scene.circle(c, 29.5f, first ? palette::depot_red : palette::depot_yellow);
      scene.circle(c, 20.5f, {0, 0, 0, 0}, {first ? palette::card_red : palette::amber_dark, 3.5f});
      if (column == last && row == top) scene.circle(c, 6, palette::tile);
    }
  }
}

}  // namespace sandlot::classic
