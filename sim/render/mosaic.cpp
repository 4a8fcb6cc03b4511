#include "sim/render/mosaic.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "sim/render/panel.h"

namespace sandlot {
namespace {

constexpr double kShape = 16.0 / 9;
constexpr int kDark = 45;  // percent of an ended picture's light that is left

int best_columns(int panels, int width, int height) {
  int best = 1;
  double least = 1e300;
  for (int columns = 1; columns <= panels; ++columns) {
    const int rows = (panels + columns - 1) / columns;
    const double shape =
        static_cast<double>(columns) * width / (static_cast<double>(rows) * height);
    const double off = std::abs(std::log(shape / kShape));
    if (off < least) least = off, best = columns;
  }
  return best;
}

}  // namespace

Mosaic::Mosaic(int panels, int width, int height)
    : panels_(panels),
      width_(width),
      height_(height),
      strip_(std::clamp(height / 10, 22, 48)),
      gap_(std::max(4, width / 80)) {
  if (panels < 1 || width < 1 || height < 1)
    throw std::invalid_argument("a mosaic needs pictures, of a size above 0");
  columns_ = best_columns(panels, width + gap_, height + strip_ + gap_);
  const int rows = (panels + columns_ - 1) / columns_;
  frame_.width = gap_ + columns_ * (width_ + gap_);
  frame_.height = gap_ + rows * (height_ + strip_ + gap_);
  frame_.rgba.resize(static_cast<std::size_t>(frame_.width) *
                     static_cast<std::size_t>(frame_.height) * 4);
  for (std::size_t i = 0; i < frame_.rgba.size(); i += 4) {
    const std::uint8_t ground[] = {panel::ground.r, panel::ground.g, panel::ground.b, 255};
    std::copy_n(ground, 4, frame_.rgba.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

Mosaic::Place Mosaic::place(int panel) const {
  const int row = panel / columns_;
  const int in_row = std::min(columns_, panels_ - row * columns_);
  return {gap_ + panel % columns_ * (width_ + gap_) + (columns_ - in_row) * (width_ + gap_) / 2,
          gap_ + row * (height_ + strip_ + gap_)};
}

void Mosaic::put(int panel, const Frame& picture, std::string_view title, std::string_view note,
                 bool over) {
  if (panel < 0 || panel >= panels_) throw std::invalid_argument("there is no such panel");
  if (picture.width != width_ || picture.height != height_)
    throw std::invalid_argument("the picture is of another size than the others");
  const auto copy = [&](const Frame& from, Place at, int percent) {
    for (int y = 0; y < from.height; ++y) {
      const std::uint8_t* source =
          from.rgba.data() + static_cast<std::ptrdiff_t>(y) * from.width * 4;
      std::uint8_t* to = frame_.rgba.data() +
                         (static_cast<std::ptrdiff_t>(at.top + y) * frame_.width + at.left) * 4;
      for (int k = 0; k < from.width * 4; ++k)
        to[k] =
            k % 4 == 3 ? std::uint8_t{255} : static_cast<std::uint8_t>(source[k] * percent / 100);
    }
  };
  const Place at = place(panel);
  scene_.begin(width_, strip_, panel::ground);
  scene_.use_screen();
  const auto strip = static_cast<float>(strip_);
  const float size = 0.5f * strip, base = 0.68f * strip;
  scene_.text({2, base}, title, size, panel::bright, Align::left, true);
  scene_.text({static_cast<float>(width_) - 2, base}, note, 0.84f * size, panel::dim, Align::right);
  copy(canvas_.draw(scene_), at, 100);
  copy(picture, {at.left, at.top + strip_}, over ? kDark : 100);
}

}  // namespace sandlot
