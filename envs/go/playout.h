// Random games to the end, for estimating positions.
//
// In a playout no one fills his own single-point eyes and no one kills his own stones; a player
// passes where nothing else is left. Simple ko is kept, superko is not asked: a playout that has
// not ended after `most_moves` moves is scored as it stands.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "envs/go/board_play.h"

namespace sandlot::go {

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
    return play(board, to_move, most_moves, on_move,
                [&](Color c, Vertex) { return uniform_move(board, c, random); });
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
  template <class OnMove, class Choose>
  static int play(Board& board, Color to_move, int most_moves, OnMove& on_move, Choose choose,
                  Vertex last = kPass) {
    int passes = 0;
    for (int i = 0; i < most_moves && passes < 2; ++i) {
      last = choose(to_move, last);
      if (last == kPass) {
        ++passes;
        board.pass();
      } else {
        passes = 0;
        board.play_and_remember<false>(last, to_move, nullptr);
        on_move(last, to_move);
      }
      to_move = opponent(to_move);
    }
    return board.simple_area();
  }
};

}  // namespace sandlot::go
