// Boxes that bodies are taken for, and what is asked of them: overlap, distance, where a ray hits.
#pragma once

#include <algorithm>
#include <cmath>

#include "envs/city/map.h"

namespace sandlot::city {

struct Box {
  Vec2 centre;
  Vec2 ahead{1, 0};  // unit vector along it
  float half_length = 0, half_width = 0;

  static Box of(const Pose& pose, float length, float width) {
    return {pose.position, direction(pose.heading), length / 2, width / 2};
  }
  // In the box's own frame: x ahead, y to the left.
  Vec2 local(Vec2 point) const {
    const Vec2 d = point - centre;
    return {dot(d, ahead), cross(ahead, d)};
  }
  float reach() const { return std::sqrt(half_length * half_length + half_width * half_width); }
  Vec2 corner(int k) const {  // 0 … 3, counter-clockwise from the front left
    const float x = k == 0 || k == 3 ? half_length : -half_length;
    const float y = k < 2 ? half_width : -half_width;
    return centre + ahead * x + left_of(ahead) * y;
  }
};

// Half of what a box measures along a direction of length 1.
inline float extent(const Box& b, Vec2 axis) {
  return std::abs(dot(b.ahead, axis)) * b.half_length +
         std::abs(cross(b.ahead, axis)) * b.half_width;
}

// Separating axes: two convex shapes are apart where some side of one separates them.
inline bool overlap(const Box& a, const Box& b) {
  const Vec2 d = b.centre - a.centre;
  const float reach = a.reach() + b.reach();
  if (dot(d, d) > reach * reach) return false;
  for (const Vec2 axis : {a.ahead, left_of(a.ahead), b.ahead, left_of(b.ahead)})
    if (std::abs(dot(d, axis)) > extent(a, axis) + extent(b, axis)) return false;
  return true;
}

inline float distance_to(const Box& b, Vec2 point) {
  const Vec2 p = b.local(point);
  const float x = std::max(0.0f, std::abs(p.x) - b.half_length);
  const float y = std::max(0.0f, std::abs(p.y) - b.half_width);
  return std::sqrt(x * x + y * y);
}

inline bool overlap(const Box& b, Vec2 from, Vec2 to) {  // with a segment
  const Vec2 p = b.local(from), q = b.local(to);
  const Vec2 middle = (p + q) * 0.5f, half = (q - p) * 0.5f;
  if (std::abs(middle.x) > b.half_length + std::abs(half.x)) return false;
  if (std::abs(middle.y) > b.half_width + std::abs(half.y)) return false;
  return std::abs(cross(half, middle)) <=
         b.half_length * std::abs(half.y) + b.half_width * std::abs(half.x);
}

// How far along the unit vector `ray` from `from` the box begins; `most` where it is not hit
// sooner.
inline float hit(const Box& b, Vec2 from, Vec2 ray, float most) {
  const Vec2 p = b.local(from);
  const Vec2 d{dot(ray, b.ahead), cross(b.ahead, ray)};
  float low = 0, high = most;
  const auto slab = [&](float at, float step, float half) {
    if (std::abs(step) < 1e-9f) return std::abs(at) <= half;
    float first = (-half - at) / step, last = (half - at) / step;
    if (first > last) std::swap(first, last);
    low = std::max(low, first);
    high = std::min(high, last);
    return low <= high;
  };
  if (!slab(p.x, d.x, b.half_length) || !slab(p.y, d.y, b.half_width)) return most;
  return low;
}

// The same for a circle.
inline float hit(Vec2 centre, float radius, Vec2 from, Vec2 ray, float most) {
  const Vec2 to = centre - from;
  const float along = dot(to, ray), across = cross(ray, to);
  const float square = radius * radius - across * across;
  if (square < 0) return most;
  const float first = along - std::sqrt(square);
  if (first >= 0) return std::min(first, most);
  return dot(to, to) <= radius * radius ? 0 : most;
}

}  // namespace sandlot::city
