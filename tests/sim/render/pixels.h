// Reading single pixels of a frame.
#pragma once

#include <ostream>

#include "sim/core/scene.h"
#include "sim/render/frame.h"

namespace sandlot {

inline Color pixel(const Frame& frame, int x, int y) {
  const std::uint8_t* p = &frame.rgba.at(static_cast<std::size_t>(y * frame.width + x) * 4);
  return {p[0], p[1], p[2], p[3]};
}

inline std::ostream& operator<<(std::ostream& out, Color c) {
  return out << '(' << int{c.r} << ' ' << int{c.g} << ' ' << int{c.b} << ' ' << int{c.a} << ')';
}

}  // namespace sandlot
