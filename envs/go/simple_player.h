// The players that need no training: uniform moves that leave own eyes alone, and the heuristic
// ones of playouts (playout.h).
#pragma once

#include "envs/go/game.h"
#include "sim/core/random.h"

namespace sandlot::go {

enum class SimplePlayer : std::uint8_t { random, heuristic };

// A legal move for the colour that is to move. The heuristic player answers a pass with one where
// that wins.
Vertex simple_move(const Game& game, SimplePlayer kind, Random& random);

}  // namespace sandlot::go
