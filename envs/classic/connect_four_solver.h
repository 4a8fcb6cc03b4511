// The exact value of Connect Four positions, won, drawn or lost: alpha-beta over bitboards with a
// table of positions seen.
//
// After Pons's description ("Solving Connect 4: how to build a perfect AI", 2015–2019): moves that
// let the other side win at once are not looked at, the rest in the order of how many winning
// places they make, from the middle outward among equals. Mirrored positions share an entry.
#pragma once

#include <cstdint>
#include <vector>

#include "envs/classic/connect_four.h"

namespace sandlot::classic {

class ConnectFourSolver {
 public:
  using State = ConnectFourRules::State;
  // The table takes 9 bytes an entry and overwrites what is there.
  explicit ConnectFourSolver(const ConnectFourRules::Board& board, std::size_t entries = 8388593);

  // With perfect play, for the player to move: 1, 0 or −1.
  int value(const State& state) { return value(state, -1, 1); }
  // Right where it lies between alpha and beta; else a bound beyond them.
  int value(const State& state, int alpha, int beta);
  std::int64_t positions() const { return positions_; }  // looked at so far

 private:
  using Bits = std::uint64_t;
  int search(Bits mine, Bits all, int count, int alpha, int beta);
  Bits winning(Bits mine, Bits all) const;
  Bits column(int c) const { return ((Bits{1} << rows_) - 1) << (c * height_); }
  Bits mirrored(Bits bits) const;

  int columns_, rows_, height_;
  Bits bottom_ = 0, board_ = 0;
  std::vector<int> order_;
  std::vector<Bits> keys_;
  std::vector<std::uint8_t> bounds_;  // lower + 1 and upper + 1, in two bits each; keys_ 0: none
  std::int64_t positions_ = 0;
};

}  // namespace sandlot::classic
