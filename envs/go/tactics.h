// Small judgements about single moves: shapes, ataris, ladders.
#pragma once

#include <cstdint>
#include <vector>

#include "envs/go/board.h"

namespace sandlot::go {

// Whether the eight points around an empty vertex make one of MoGo's shapes: hane, cuts, moves
// along the side (Gelly, Wang, Munos & Teytaud 2006, §3.2), for either colour.
bool matches_pattern(const Board& board, Vertex v);

// Different liberties that a stone on an empty vertex would have, counted up to `most` (at most 8).
// A string that it takes counts as one liberty each of its neighbours that is taken.
int liberties_after(const Board& board, Vertex v, Color c, int most);

inline bool is_self_atari(const Board& board, Vertex v, Color c) {
  return liberties_after(board, v, c, 2) < 2;
}

// Moves that save a string in atari: taking a neighbour in atari, or going out to two liberties or
// more. Added to `out`, which may hold some already; up to its end.
struct MoveList {
  std::array<std::uint16_t, 64> vertices;
  int count = 0;
  void add(Vertex v) {
    for (int i = 0; i < count; ++i)
      if (vertices[static_cast<std::size_t>(i)] == v) return;
    if (count < static_cast<int>(vertices.size()))
      vertices[static_cast<std::size_t>(count++)] = static_cast<std::uint16_t>(v);
  }
};
void add_saving_moves(const Board& board, Vertex stone, MoveList& out);

// Whether a string in atari is taken however it runs straight on, the attacker to answer each of
// its extensions by an atari; captures of the attackers are not looked for.
bool is_caught_in_ladder(const Board& board, Vertex stone);

}  // namespace sandlot::go
