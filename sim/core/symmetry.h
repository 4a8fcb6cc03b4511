// Symmetries of a board: what is turned or mirrored is as good as before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sandlot {

// Cell i of every plane of an observation [planes, height, width] goes to cells[i], and action a
// becomes actions[a]. Both are permutations.
struct Symmetry {
  std::vector<std::int32_t> cells, actions;
};

// The observation's planes as the symmetry has them; `from` and `to` do not overlap.
inline void transform(const Symmetry& symmetry, std::span<const float> from, std::span<float> to) {
  const std::size_t cells = symmetry.cells.size();
  for (std::size_t plane = 0; plane < from.size(); plane += cells)
    for (std::size_t i = 0; i < cells; ++i)
      to[plane + static_cast<std::size_t>(symmetry.cells[i])] = from[plane + i];
}

// The eight of a square board whose first side · side actions are its cells; `others` actions
// behind them, such as a pass, stay as they are. The identity comes first.
inline std::vector<Symmetry> square_symmetries(int side, int others) {
  std::vector<Symmetry> all(8);
  for (int k = 0; k < 8; ++k) {
    Symmetry& s = all[static_cast<std::size_t>(k)];
    for (int row = 0; row < side; ++row)
      for (int column = 0; column < side; ++column) {
        int r = row, c = k < 4 ? column : side - 1 - column;
        for (int turns = 0; turns < k % 4; ++turns) {
          const int old = r;
          r = c;
          c = side - 1 - old;
        }
        s.cells.push_back(r * side + c);
      }
    s.actions = s.cells;
    for (int i = 0; i < others; ++i) s.actions.push_back(side * side + i);
  }
  return all;
}

// Left and right exchanged, where the actions are columns. The identity comes first.
inline std::vector<Symmetry> mirror_of_columns(int rows, int columns) {
  std::vector<Symmetry> all(2);
  for (int k = 0; k < 2; ++k) {
    Symmetry& s = all[static_cast<std::size_t>(k)];
    for (int row = 0; row < rows; ++row)
      for (int c = 0; c < columns; ++c)
        s.cells.push_back(row * columns + (k == 0 ? c : columns - 1 - c));
    for (int c = 0; c < columns; ++c) s.actions.push_back(k == 0 ? c : columns - 1 - c);
  }
  return all;
}

}  // namespace sandlot
