// What tests of the world `go` share.
#pragma once

#include "envs/go/go.h"

namespace sandlot::go {

inline Go::Settings alone(int size) {
  Go::Settings settings;
  settings.size = size;
  settings.opponent = Go::Opponent::none;
  return settings;
}

inline StepResult play(Go& world, const char* vertex) {
  const Board& board = world.state().board();
  return world.step({.index = board.point_of(vertex_of_name(vertex, board.size())), .values = {}});
}

}  // namespace sandlot::go
