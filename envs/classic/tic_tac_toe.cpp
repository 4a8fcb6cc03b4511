#include "envs/classic/tic_tac_toe.h"

#include <unordered_map>

#include "envs/classic/palette.h"

namespace sandlot::classic {
namespace {

constexpr std::array<int, 8> kLines{0b111,       0b111000,    0b111000000, 0b001001001,
                                    0b010010010, 0b100100100, 0b100010001, 0b001010100};

}  // namespace

void TicTacToeRules::State::play(int a) {
  int& mine = marks_[static_cast<std::size_t>(turn_)];
  mine |= 1 << a;
  for (const int line : kLines)
    if ((mine & line) == line) winner_ = turn_;
  turn_ = 1 - turn_;
}

void TicTacToeRules::specify(const Board& board, EnvironmentSpec& spec) {
  spec.name = "tic_tac_toe";
  if (board.observation == Observation::planes) {
    spec.observation = Space::box({2, 3, 3}, 0, 1).quantized(1);
  } else {
    spec.observation = Space::discrete(19683);
    spec.observation_names = {"board"};
  }
  spec.action = Space::discrete(9);
  // The keys lie as the cells do on a numeric keypad.
  for (const int key : {7, 8, 9, 4, 5, 6, 1, 2, 3}) spec.action_keys.push_back(std::to_string(key));
  spec.action_names = {"top left", "top",         "top right", "left",        "middle",
                       "right",    "bottom left", "bottom",    "bottom right"};
}

void TicTacToeRules::observe(const Board& board, const State& state, std::span<float> out) {
  if (board.observation == Observation::planes) {
    for (int cell = 0; cell < 9; ++cell) {
      const int mark = state.at(cell);
      const auto i = static_cast<std::size_t>(cell);
      out[i] = mark == state.to_move() + 1 ? 1.0f : 0.0f;
      out[9 + i] = mark == 2 - state.to_move() ? 1.0f : 0.0f;
    }
    return;
  }
  int index = 0;
  for (int cell = 8; cell >= 0; --cell) {
    const int mark = state.at(cell);
    index = index * 3 + (mark == 0 ? 0 : mark - 1 == state.to_move() ? 1 : 2);
  }
  out[0] = static_cast<float>(index);
}

int TicTacToeRules::value(const State& state, int alpha, int beta) {
  // Values of positions, the same for every game.
  thread_local std::unordered_map<std::uint32_t, std::pair<std::int8_t, std::int8_t>> known;
  return solve(state, known, alpha, beta);
}

void TicTacToeRules::draw(const State& state, int last, Scene& scene) {
  scene.begin(480, 480, palette::background);
  scene.rectangle({240, 246}, 404, 404, palette::shadow, 22);
  scene.rectangle({240, 240}, 400, 400, palette::board, 20);
  for (int cell = 0; cell < 9; ++cell) {
    const Point c{240 + 126 * static_cast<float>(cell % 3 - 1),
                  240 + 126 * static_cast<float>(cell / 3 - 1)};
    scene.rectangle(c, 118, 118, cell == last ? palette::breeze : palette::tile, 14);
    if (state.at(cell) == 1) {
      scene.line({c.x - 32, c.y - 32}, {c.x + 32, c.y + 32}, palette::depot_red, 15);
      scene.line({c.x - 32, c.y + 32}, {c.x + 32, c.y - 32}, palette::depot_red, 15);
    } else if (state.at(cell) == 2) {
      scene.circle(c, 35, {0, 0, 0, 0}, {palette::agent, 14});
    }
  }
}

}  // namespace sandlot::classic
