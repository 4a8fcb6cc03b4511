// Connect Four: four in a row, of discs that fall. On 7 × 6 the first player wins, from the middle
// column (Allis 1988; Allen 1988).
//
// Observation, [2, rows, columns], rows from the top: the discs of the player to move, those of the
// other. Actions: columns.
#pragma once

#include <array>
#include <cstdint>

#include "envs/classic/two_players.h"

namespace sandlot::classic {

struct ConnectFourRules {
  static constexpr const char* kOpponents =
      "who plays the other side: nobody (the agent plays both), any move, wins and blocks where it "
      "can, a player who never errs (on more than 30 places from the ninth disc on; wins and "
      "blocks "
      "before)";
  struct Board {
    int columns = 7, rows = 6;
    void fields(Fields& f) {
      f.integer("columns", columns, "of the board", Range::between(4, 9));
      f.integer("rows", rows, "of the board", Range::between(4, 6));
    }
  };
  // A bit per place, columns side by side, each with an empty place on top, so that lines do not
  // run over from one column to the next (as in Tromp's and Pons's programs).
  class State {
   public:
    explicit State(const Board& board) : columns_(board.columns), height_(board.rows + 1) {}
    int actions() const { return columns_; }
    int columns() const { return columns_; }
    int rows() const { return height_ - 1; }
    int ordered(int i) const {  // from the middle outward
      const int out = (i + 1) / 2 * (i % 2 == 0 ? 1 : -1);
      return columns_ % 2 == 1 ? columns_ / 2 + out : (columns_ - 1) / 2 - out;
    }
    bool is_legal(int column) const {
      return column >= 0 && column < columns_ &&
             (all() >> (column * height_ + height_ - 2) & 1) == 0;
    }
    void play(int column);
    void pass() { turn_ = 1 - turn_; }
    int to_move() const { return turn_; }
    bool over() const { return winner_ >= 0 || count_ == columns_ * (height_ - 1); }
    int winner() const { return winner_; }
    int count() const { return count_; }  // of discs
    // 0 for none, 1 and 2 for the players' discs; rows from the bottom.
    int at(int column, int row) const {
      const int place = column * height_ + row;
      return static_cast<int>(discs_[0] >> place & 1) +
             2 * static_cast<int>(discs_[1] >> place & 1);
    }
    std::uint64_t discs(int player) const { return discs_[static_cast<std::size_t>(player)]; }
    std::uint64_t key() const {
      // One number for each position: the mover's discs and the lowest empty places.
      return discs_[static_cast<std::size_t>(turn_)] + all() + bottom();
    }

   private:
    std::uint64_t all() const { return discs_[0] | discs_[1]; }
    std::uint64_t bottom() const {
      std::uint64_t row = 0;
      for (int c = 0; c < columns_; ++c) row |= std::uint64_t{1} << (c * height_);
      return row;
    }
    std::array<std::uint64_t, 2> discs_{};
    int columns_, height_;
    int turn_ = 0, winner_ = -1, count_ = 0;
  };
  static void specify(const Board& board, EnvironmentSpec& spec);
  static void observe(const Board& board, const State& state, std::span<float> out);
  static std::vector<Symmetry> symmetries(const Board& board) {
    return mirror_of_columns(board.rows, board.columns);
  }
  static void draw(const State& state, int last, Scene& scene);
  // On boards of more than 30 places not for the first eight discs, since solving takes minutes
  // there: on 7 × 6 the first one goes to the middle, which wins (Allis 1988), the others win and
  // block where they can.
  static constexpr int kExactFrom = 8;
  static bool solvable(const State& state) {
    return state.columns() * state.rows() <= 30 || state.count() >= kExactFrom;
  }
  static int value(const State& state, int alpha, int beta);
  static int opening_action(const State& state, Random& random);
};

using ConnectFour = TwoPlayers<ConnectFourRules>;

}  // namespace sandlot::classic
