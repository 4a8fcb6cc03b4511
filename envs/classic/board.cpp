#include "envs/classic/board.h"

#include <array>

namespace sandlot::classic {

Board::Board(Scene& scene, Grid grid) : scene_(scene) {
  const float across = 720.0f / static_cast<float>(grid.columns);
  const float down = 520.0f / static_cast<float>(grid.rows);
  size_ = std::min({across, down, 110.0f});
  margin_ = 40;
  scene.begin(static_cast<int>(size_ * static_cast<float>(grid.columns) + 2 * margin_),
              static_cast<int>(size_ * static_cast<float>(grid.rows) + 2 * margin_),
              palette::background);
}

Point Board::center(Cell cell) const {
  return {margin_ + (static_cast<float>(cell.column) + 0.5f) * size_,
          margin_ + (static_cast<float>(cell.row) + 0.5f) * size_};
}

void Board::tile(Cell cell, Color color) {
  scene_.rectangle(center(cell), size_ * 0.94f, size_ * 0.94f, color, size_ * 0.1f);
}

void Board::label(Cell cell, std::string_view text) {
  const Point at = center(cell);
  scene_.text({at.x, at.y + size_ * 0.14f}, text, size_ * 0.4f, palette::muted, Align::center,
              true);
}

void Board::flag(Cell cell) {
  const Point at = center(cell);
  const float s = size_;
  scene_.line({at.x - 0.15f * s, at.y + 0.3f * s}, {at.x - 0.15f * s, at.y - 0.3f * s},
              palette::ink, 0.05f * s);
  const std::array cloth{Point{at.x - 0.13f * s, at.y - 0.3f * s},
                         Point{at.x + 0.25f * s, at.y - 0.16f * s},
                         Point{at.x - 0.13f * s, at.y - 0.02f * s}};
  scene_.polygon(cloth, palette::goal);
}

void Board::agent(Cell cell) { scene_.circle(center(cell), size_ * 0.3f, palette::agent); }

}  // namespace sandlot::classic
