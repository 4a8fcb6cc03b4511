// What the parts of a map's picture share.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "envs/city/map.h"
#include "sim/core/scene.h"

namespace sandlot::city {

inline Color shade(Color c, float factor) {
  const auto part = [factor](std::uint8_t v) {
    return static_cast<std::uint8_t>(std::clamp(static_cast<float>(v) * factor, 0.0f, 255.0f));
  };
  return {part(c.r), part(c.g), part(c.b), c.a};
}

inline Point to_point(Vec2 p) { return {p.x, p.y}; }

inline Bounds box_of(std::span<const Vec2> points, float margin) {
  Bounds box{points[0], points[0]};
  for (const Vec2 p : points) {
    box.low = {std::min(box.low.x, p.x), std::min(box.low.y, p.y)};
    box.high = {std::max(box.high.x, p.x), std::max(box.high.y, p.y)};
  }
  const Vec2 around{margin, margin};
  return {box.low - around, box.high + around};
}

inline bool seen(const Bounds& a, const Bounds& b) {
  return a.low.x <= b.high.x && b.low.x <= a.high.x && a.low.y <= b.high.y && b.low.y <= a.high.y;
}

inline std::vector<Point> points_of(std::span<const Vec2> outline) {
  std::vector<Point> result;
  for (const Vec2 p : outline) result.push_back(to_point(p));
  return result;
}

}  // namespace sandlot::city
