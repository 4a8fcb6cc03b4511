#include "envs/classic/board.h"

#include <array>
#include <cmath>
#include <numbers>

namespace sandlot::classic {

Board::Board(Scene& scene, Grid grid, float below) : scene_(scene) {
  const auto columns = static_cast<float>(grid.columns), rows = static_cast<float>(grid.rows);
  size_ = std::min({720 / columns, 520 / (rows + below), 110.0f});
  const float width = size_ * columns, height = size_ * rows;
  scene.begin(static_cast<int>(std::lround(width + 2 * margin_)),
              static_cast<int>(std::lround(height + size_ * below + 2 * margin_)),
              palette::background);
  const Point middle{margin_ + width / 2, margin_ + height / 2};
  scene.rectangle({middle.x, middle.y + 5}, width + 22, height + 22, palette::shadow, 16);
  scene.rectangle(middle, width + 20, height + 20, palette::board, 14);
}

Point Board::center(Cell cell) const {
  return {margin_ + (static_cast<float>(cell.column) + 0.5f) * size_,
          margin_ + (static_cast<float>(cell.row) + 0.5f) * size_};
}

Point Board::at(Cell cell, double right, double down) const {
  const Point middle = center(cell);
  return {middle.x + scaled(right), middle.y + scaled(down)};
}

void Board::tile(Cell cell, Color color) {
  scene_.rectangle(center(cell), scaled(0.94), scaled(0.94), color, scaled(0.1));
}

void Board::lava(Cell cell) {
  tile(cell, palette::lava);
  for (int row = 0; row < 3; ++row) {
    std::array<Point, 13> wave{};
    for (std::size_t i = 0; i < wave.size(); ++i) {
      const double x = -0.36 + 0.06 * static_cast<double>(i);
      wave[i] = at(cell, x, -0.24 + 0.24 * row + 0.045 * std::sin(17.4 * x + 2.1 * row));
    }
    scene_.line(wave, palette::lava_glow, scaled(0.05));
  }
}

void Board::hole(Cell cell) {
  ice(cell);
  scene_.circle(center(cell), scaled(0.37), palette::ice_edge);
  scene_.circle(at(cell, 0, 0.015), scaled(0.33), palette::water);
  std::array<Point, 9> ripple{};
  for (std::size_t i = 0; i < ripple.size(); ++i) {
    const double x = -0.16 + 0.04 * static_cast<double>(i);
    ripple[i] = at(cell, x, 0.06 + 0.025 * std::sin(20 * x));
  }
  scene_.line(ripple, palette::ice.with_alpha(120), scaled(0.03));
}

void Board::ice(Cell cell) {
  tile(cell, palette::ice);
  scene_.line(at(cell, -0.3, -0.12), at(cell, -0.12, -0.3), palette::tile, scaled(0.04));
  scene_.line(at(cell, -0.3, 0.08), at(cell, -0.22, 0), palette::tile, scaled(0.04));
}

void Board::wall(Cell cell) {
  tile(cell, palette::wall);
  const Color joint = palette::wall_joint;
  for (const double y : {-0.16, 0.16})
    scene_.line(at(cell, -0.44, y), at(cell, 0.44, y), joint, scaled(0.03));
  for (const auto& [x, y] : {std::array{0.0, -0.31}, std::array{-0.24, 0.0}, std::array{0.24, 0.0},
                             std::array{0.0, 0.31}})
    scene_.line(at(cell, x, y - 0.13), at(cell, x, y + 0.13), joint, scaled(0.03));
}

void Board::label(Cell cell, std::string_view text, Color color) {
  scene_.text(at(cell, 0, 0.14), text, scaled(0.4), color, Align::center, true);
}

void Board::flag(Cell cell, Color color) {
  scene_.circle(at(cell, -0.14, 0.32), scaled(0.07), palette::ink.with_alpha(50));
  scene_.line(at(cell, -0.14, 0.31), at(cell, -0.14, -0.32), palette::ink, scaled(0.05));
  const std::array cloth{at(cell, -0.12, -0.33), at(cell, 0.28, -0.18), at(cell, -0.12, -0.03)};
  scene_.polygon(cloth, color);
}

void Board::agent(Cell cell) {
  scene_.rectangle(at(cell, 0, 0.31), scaled(0.46), scaled(0.1), palette::shadow, scaled(0.05));
  scene_.line(at(cell, 0, -0.22), at(cell, 0, -0.33), palette::agent_dark, scaled(0.04));
  scene_.circle(at(cell, 0, -0.35), scaled(0.05), palette::amber);
  scene_.rectangle(at(cell, 0, 0.05), scaled(0.56), scaled(0.52), palette::agent, scaled(0.15), 0,
                   {palette::agent_dark, scaled(0.03)});
  scene_.rectangle(at(cell, 0, 0), scaled(0.42), scaled(0.22), palette::ink, scaled(0.1));
  for (const double eye : {-0.1, 0.1})
    scene_.circle(at(cell, eye, 0), scaled(0.055), palette::window);
  scene_.line(at(cell, -0.08, 0.21), at(cell, 0.08, 0.21), palette::window, scaled(0.035));
}

}  // namespace sandlot::classic
