// Frames of episodes as pictures inside HTML.
#pragma once

#include <string>

#include "sim/core/environment.h"
#include "sim/core/scene.h"
#include "sim/render/canvas.h"

namespace sandlot {

// Draws worlds one after the other; a picture is a "data:" address.
class PictureMaker {
 public:
  // At most `width` pixels wide.
  std::string picture(const Environment& world, double width);

 private:
  Canvas canvas_;
  Scene scene_;
};

}  // namespace sandlot
