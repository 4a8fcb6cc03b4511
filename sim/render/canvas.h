// Canvas: draws a Scene into a Frame, without any display.
#pragma once

#include <memory>

#include "sim/core/scene.h"
#include "sim/render/frame.h"

namespace sandlot {

// One canvas belongs to one thread. It keeps its surface and the sprites it has seen, by address,
// so that drawing the next frame is cheap.
class Canvas {
 public:
  Canvas();
  ~Canvas();
  Canvas(Canvas&&) noexcept;
  Canvas& operator=(Canvas&&) noexcept;

  // The picture of scene.width()·scale × scene.height()·scale pixels, at least 1 × 1; valid until
  // the next draw. Throws std::runtime_error where it would be too large for memory.
  const Frame& draw(const Scene& scene, double scale = 1);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sandlot
