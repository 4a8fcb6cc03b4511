// How grid worlds draw themselves: a board of tiles with a margin around, and what stands on them.
#pragma once

#include <string_view>

#include "envs/classic/grid.h"
#include "envs/classic/palette.h"

namespace sandlot::classic {

class Board {
 public:
  // Begins the scene: the board, of nominally at most 720 × 520 pixels, and a margin. `below`
  // leaves room under it, in cells.
  Board(Scene& scene, Grid grid, float below = 0);

  float cell_size() const { return size_; }
  Point center(Cell cell) const;

  void tile(Cell cell, Color color);
  void lava(Cell cell);
  void hole(Cell cell);
  void ice(Cell cell);
  void wall(Cell cell);
  void label(Cell cell, std::string_view text, Color color = palette::muted);
  void flag(Cell cell, Color color = palette::goal);
  void agent(Cell cell);  // a little robot

 private:
  float scaled(double part) const { return static_cast<float>(part) * size_; }
  Point at(Cell cell, double right, double down) const;  // in cells from the cell's centre

  Scene& scene_;
  float size_ = 0;
  float margin_ = 40;
};

}  // namespace sandlot::classic
