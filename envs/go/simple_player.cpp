#include "envs/go/simple_player.h"

#include "envs/go/playout.h"

namespace sandlot::go {

Vertex simple_move(const Game& game, SimplePlayer kind, Random& random) {
  const Color me = game.to_move();
  const bool clever = kind == SimplePlayer::heuristic;
  if (clever && game.passes() > 0 && (me == kBlack ? game.score() : -game.score()) > 0)
    return kPass;  // which ends the game, won
  const int count = game.move_count();
  const Vertex last = count > 0 ? Vertex{game.move(count - 1).vertex} : kPass;
  // What a playout may do and superko forbids is rare: another draw is nearly always enough.
  for (int i = 0; i < 20; ++i) {
    const Vertex v = clever ? Playout::heuristic_move(game.board(), me, last, random)
                            : Playout::uniform_move(game.board(), me, random);
    if (game.is_legal(v)) return v;
  }
  return kPass;
}

}  // namespace sandlot::go
