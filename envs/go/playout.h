// Random games to the end, for estimating positions.
//
// In a playout no one fills his own single-point eyes and no one kills his own stones; a player
// passes where nothing else is left. Simple ko is kept, superko is not asked: a playout that has
// not ended after `most_moves` moves is scored as it stands.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "envs/go/board_play.h"

namespace sandlot::go {

// Numbers below n ≤ 625 for a playout, five from 64 random bits: what is left of a number's
// fraction is the next one (Brackett-Rozinsky & Lemire 2024, "Batched ranged random integer
// generation"). The fifth of them still has 27 bits, so that no chance is off by more than 5 in a
// million.
class Draws {
 public:
  explicit Draws(Random& random) : random_(random) {}
  std::size_t below(int n) {
    if (left_ == 0) {
      bits_ = random_.next_u64();
      left_ = 5;
    }
    --left_;
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{bits_} * static_cast<unsigned>(n);
    bits_ = static_cast<std::uint64_t>(product);
    return static_cast<std::size_t>(product >> 64);
  }

 private:
  Random& random_;
  std::uint64_t bits_ = 0;
  int left_ = 0;
};

// A playout leaves the board's hash wrong.
class Playout {
 public:
  // One draw of each playable point with the same chance, kPass where there is none.
  static Vertex uniform_move(const Board& board, Color c, Random& random);
  static bool is_playable(const Board& board, Vertex v, Color c) {
    if (v == board.ko()) return false;
    if (board.count(v, kEmpty) > 0) return true;
    return !board.is_eye(v, c) && board.keeps_liberties(v, c);
  }

  // As the players of MoGo (Gelly, Wang, Munos & Teytaud 2006): answers an atari, takes, plays a
  // known shape beside the last stone; else a uniform move that is seldom a self-atari.
  static Vertex heuristic_move(const Board& board, Color c, Vertex last, Random& random);

  // Plays on; returns Black's area minus White's, without komi. `on_move`, called with vertex and
  // colour of each stone placed, may record them.
  template <class OnMove>
  static int uniform(Board& board, Color to_move, Random& random, int most_moves, OnMove on_move) {
    Draws draws(random);
    return play(board, to_move, most_moves, on_move,
                [&](Color c, Vertex) { return choose_uniform(board, c, draws); });
  }
  static int uniform(Board& board, Color to_move, Random& random, int most_moves);
  template <class OnMove>
  static int heuristic(Board& board, Color to_move, Vertex last, Random& random, int most_moves,
                       OnMove on_move) {
    return play(
        board, to_move, most_moves, on_move,
        [&](Color c, Vertex previous) { return heuristic_move(board, c, previous, random); }, last);
  }

 private:
  template <class Source>
  static Vertex choose_uniform(const Board& board, Color c, Source& source) {
    const int n = board.empty_count_;
    // Early on the first draw is nearly always playable. Rejection with replacement leaves every
    // playable point the same chance, and so does a draw from the list of them after it.
    for (int i = 4 + n / 4; i > 0 && n > 0; --i) {
      const Vertex v = board.empties_[source.below(n)];
      if (is_playable(board, v, c)) return v;
    }
    return choose_of_all(board, c, source);
  }
  template <class Source>
  static Vertex choose_of_all(const Board& board, Color c, Source& source) {
    std::array<std::uint16_t, kMostPoints> playable;
    int count = 0;
    for (const auto v : board.empties()) {
      playable[static_cast<std::size_t>(count)] = v;
      count += is_playable(board, v, c);
    }
    return count == 0 ? kPass : playable[source.below(count)];
  }
  template <class OnMove, class Choose>
  static int play(Board& board, Color to_move, int most_moves, OnMove& on_move, Choose choose,
                  Vertex last = kPass) {
    int passes = 0, moves = 0;
    // One loop for each colour's turn, so that the colour is a constant in each.
    const auto turn = [&]<Color c>(std::integral_constant<Color, c>) {
      if (moves == most_moves || passes == 2) return false;
      ++moves;
      last = choose(c, last);
      if (last == kPass) {
        ++passes;
        board.pass();
      } else {
        passes = 0;
        board.play_and_remember<false, false>(last, c, nullptr);
        on_move(last, c);
      }
      return true;
    };
    const std::integral_constant<Color, kBlack> black;
    const std::integral_constant<Color, kWhite> white;
    if (to_move == kWhite && !turn(white)) return board.simple_area();
    while (turn(black) && turn(white)) {
    }
    return board.simple_area();
  }
};

}  // namespace sandlot::go
