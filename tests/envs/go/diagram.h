// Positions written as they are drawn: X black, O white, . empty; rows from the top.
#pragma once

#include <stdexcept>
#include <string>

#include "envs/go/game.h"

namespace sandlot::go {

inline std::string stones_of(const std::string& text) {
  std::string stones;
  for (const char c : text)
    if (c == 'X' || c == 'O' || c == '.') stones += c;
  return stones;
}

inline Game diagram(const std::string& text, const Rules& rules = {}) {
  const std::string stones = stones_of(text);
  int size = 1;
  while (size * size < static_cast<int>(stones.size())) ++size;
  if (size * size != static_cast<int>(stones.size())) throw std::logic_error("not a square");
  Game game(size, rules);
  // No stone takes another on the way to a position in which every string has a liberty.
  for (std::size_t p = 0; p < stones.size(); ++p)
    if (stones[p] != '.' && !game.place(game.board().vertex_of(static_cast<int>(p)),
                                        stones[p] == 'X' ? kBlack : kWhite))
      throw std::logic_error("not a position: " + text);
  return game;
}

inline Vertex at(const Game& game, int row, int column) { return game.board().vertex(row, column); }

}  // namespace sandlot::go
