// What the grid worlds share: cells, moves and the numbering of cells.
#pragma once

#include <algorithm>
#include <string_view>

namespace sandlot::classic {

struct Cell {
  int row = 0;  // 0: the top
  int column = 0;
  bool operator==(const Cell&) const = default;
};

struct Move {
  std::string_view name;  // of the action
  std::string_view keys;
  int rows = 0;
  int columns = 0;
};

inline constexpr Move move_up{"up", "up", -1, 0};
inline constexpr Move move_right{"right", "right", 0, 1};
inline constexpr Move move_down{"down", "down", 1, 0};
inline constexpr Move move_left{"left", "left", 0, -1};

// Cells are numbered row by row from the top left, as observations are.
struct Grid {
  int rows = 1;
  int columns = 1;

  constexpr int size() const { return rows * columns; }
  constexpr int index(Cell cell) const { return cell.row * columns + cell.column; }
  constexpr Cell cell(int index) const { return {index / columns, index % columns}; }
  // The cell that a move leads to; the border stops it.
  constexpr Cell moved(Cell from, int by_rows, int by_columns) const {
    return {std::clamp(from.row + by_rows, 0, rows - 1),
            std::clamp(from.column + by_columns, 0, columns - 1)};
  }
};

}  // namespace sandlot::classic
