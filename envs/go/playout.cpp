#include "envs/go/playout.h"

#include "envs/go/tactics.h"

namespace sandlot::go {
namespace {

// 0 … n − 1; for n below 1000 no chance is off by more than 3 in 10 million.
inline std::size_t draw(Random& random, int n) {
  return static_cast<std::size_t>(
      std::uint64_t{random.next_u32()} * static_cast<std::uint64_t>(n) >> 32);
}

Vertex drawn_from(const MoveList& moves, Random& random) {
  return moves.vertices[draw(random, moves.count)];
}

// Chances that a playout sees what it could do, and that it shrinks back from a self-atari: without
// some chance it would never be taken by surprise, nor ever play inside an eye.
constexpr double kSees = 0.9, kShrinks = 0.85;
constexpr int kDraws = 4;

}  // namespace

Vertex Playout::uniform_move(const Board& board, Color c, Random& random) {
  struct Single {
    Random& random;
    std::size_t below(int n) { return draw(random, n); }
  } source{random};
  return choose_uniform(board, c, source);
}

int Playout::uniform(Board& board, Color to_move, Random& random, int most_moves) {
  return uniform(board, to_move, random, most_moves, [](Vertex, Color) {});
}

Vertex Playout::heuristic_move(const Board& board, Color c, Vertex last, Random& random) {
  const Color other = opponent(c);
  const auto sees = [&] { return random.uniform_float() < static_cast<float>(kSees); };
  if (last != kPass && board.at(last) == other) {
    MoveList moves;
    bool in_danger = false;
    for (const Vertex n : board.neighbours(last)) {
      if (board.at(n) != c || !board.in_atari(n)) continue;
      in_danger = true;
      add_saving_moves(board, n, moves);
    }
    if (in_danger && moves.count > 0 && sees()) return drawn_from(moves, random);
    if (board.in_atari(last) && board.last_liberty(last) != board.ko() && sees())
      return board.last_liberty(last);
    moves.count = 0;
    const auto consider = [&](Vertex v) {
      if (board.at(v) == kEmpty && matches_pattern(board, v) && is_playable(board, v, c) &&
          !is_self_atari(board, v, c))
        moves.add(v);
    };
    for (const Vertex n : board.neighbours(last)) consider(n);
    for (const Vertex n : board.diagonals(last)) consider(n);
    if (moves.count > 0 && sees()) return drawn_from(moves, random);
  }
  for (int i = 0; i < kDraws; ++i) {
    const Vertex v = uniform_move(board, c, random);
    if (v == kPass || board.count(v, kEmpty) >= 2 || !is_self_atari(board, v, c) ||
        random.uniform_float() >= static_cast<float>(kShrinks))
      return v;
  }
  return uniform_move(board, c, random);
}

}  // namespace sandlot::go
