// Mosaic: pictures of one size in one frame, in a grid, each under a caption.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/core/scene.h"
#include "sim/render/canvas.h"
#include "sim/render/frame.h"

namespace sandlot {

class Mosaic {
 public:
  // For pictures of width × height pixels. Columns are chosen so that the frame comes nearest to
  // 16:9; a last row that is not full stands in the middle.
  Mosaic(int panels, int width, int height);

  int columns() const { return columns_; }
  // A picture and its caption: `title` at the left, `note` at the right. One that is over is
  // darkened. Throws std::invalid_argument for a picture of another size.
  void put(int panel, const Frame& picture, std::string_view title, std::string_view note,
           bool over);
  const Frame& frame() const { return frame_; }

 private:
  struct Place {
    int left, top;
  };
  Place place(int panel) const;

  int panels_, width_, height_, columns_, strip_, gap_;
  Scene scene_;
  Canvas canvas_;
  Frame frame_;
};

}  // namespace sandlot
