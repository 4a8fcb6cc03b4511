// How grid worlds draw themselves: cells with a margin around, and what may stand in them.
#pragma once

#include <string_view>

#include "envs/classic/grid.h"
#include "envs/classic/palette.h"

namespace sandlot::classic {

class Board {
 public:
  Board(Scene& scene, Grid grid);

  float cell_size() const { return size_; }
  Point center(Cell cell) const;

  void tile(Cell cell, Color color);
  void label(Cell cell, std::string_view text);
  void flag(Cell cell);
  void agent(Cell cell);

 private:
  Scene& scene_;
  float size_ = 0;
  float margin_ = 0;
};

}  // namespace sandlot::classic
