// Tic-tac-toe: three in a row on 3 × 3. A draw with perfect play.
//
// Observation `index`, one number below 3⁹: the cell of row r and column c counts 3^(3r+c) times 0
// for empty, 1 for a mark of the player to move, 2 for one of the other. Observation `planes`,
// [2, 3, 3]: the marks of the player to move, those of the other. Actions: cells, row by row.
#pragma once

#include <array>
#include <cstdint>

#include "envs/classic/two_players.h"

namespace sandlot::classic {

struct TicTacToeRules {
  static constexpr const char* kOpponents =
      "who plays the other side: nobody (the agent plays both), any move, wins and blocks where it "
      "can, a player who never errs";
  enum class Observation { index, planes };
  struct Board {
    Observation observation = Observation::index;
    void fields(Fields& f) {
      f.choice("observation", observation,
               {{"index", Observation::index}, {"planes", Observation::planes}},
               "the position's number, for tables, or the marks as pictures, for networks");
    }
  };
  class State {
   public:
    explicit State(const Board&) {}
    int actions() const { return 9; }
    int ordered(int i) const { return (i + 4) % 9; }  // the middle first
    bool is_legal(int a) const { return ((marks_[0] | marks_[1]) >> a & 1) == 0; }
    void play(int a);
    void pass() { turn_ = 1 - turn_; }
    int to_move() const { return turn_; }
    bool over() const { return winner_ >= 0 || (marks_[0] | marks_[1]) == 511; }
    int winner() const { return winner_; }
    // 0 for none, else 1 for the first player's, 2 for the second's.
    int at(int cell) const { return (marks_[0] >> cell & 1) + 2 * (marks_[1] >> cell & 1); }
    std::uint32_t key() const { return static_cast<std::uint32_t>(marks_[0] << 10 | marks_[1]); }

   private:
    std::array<int, 2> marks_{};  // a bit per cell
    int turn_ = 0, winner_ = -1;
  };
  static void specify(const Board& board, EnvironmentSpec& spec);
  static void observe(const Board& board, const State& state, std::span<float> out);
  static std::vector<Symmetry> symmetries(const Board& board) {
    return board.observation == Observation::planes ? square_symmetries(3, 0)
                                                    : std::vector<Symmetry>{};
  }
  static void draw(const State& state, int last, Scene& scene);
  static bool solvable(const State&) { return true; }
  static int value(const State& state, int alpha, int beta);
};

using TicTacToe = TwoPlayers<TicTacToeRules>;

}  // namespace sandlot::classic
