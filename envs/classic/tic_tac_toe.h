// Tic-tac-toe: three in a row on 3 × 3. A draw with perfect play.
//
// Observation, one number below 3⁹: the cell of row r and column c counts 3^(3r+c) times 0 for
// empty, 1 for a mark of the player to move, 2 for one of the other. Actions: cells, row by row.
#pragma once

#include <array>
#include <cstdint>

#include "envs/classic/two_players.h"

namespace sandlot::classic {

struct TicTacToeRules {
  static constexpr bool kSolved = true;
  struct Board {
    void fields(Fields&) {}
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
  static void observe(const State& state, std::span<float> out);
  static void draw(const State& state, int last, Scene& scene);
  // One of the actions that are best with perfect play, each with the same chance.
  static int best_action(const State& state, Random& random);
};

using TicTacToe = TwoPlayers<TicTacToeRules>;

}  // namespace sandlot::classic
