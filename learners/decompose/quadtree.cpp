#include "learners/decompose/quadtree.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace sandlot {

void Quadtree::build(std::span<const PlanePoint> points) {
  const std::size_t count = points.size();
  double left = std::numeric_limits<double>::infinity(), bottom = left, right = -left, top = -left;
  for (const PlanePoint& p : points) {
    left = std::min(left, p.x);
    right = std::max(right, p.x);
    bottom = std::min(bottom, p.y);
    top = std::max(top, p.y);
  }
  // The order of the last time is nearly that of this time.
  if (order_.size() != count) {
    order_.resize(count);
    std::iota(order_.begin(), order_.end(), 0u);
  }
  points_.resize(count);
  for (std::size_t i = 0; i < count; ++i) points_[i] = points[order_[i]];
  nodes_.clear();
  build_node(0, count, left, bottom, std::max(right - left, top - bottom), 0);
  place_.resize(count);
  for (std::size_t i = 0; i < count; ++i) place_[order_[i]] = static_cast<std::uint32_t>(i);
}

void Quadtree::build_node(std::size_t first, std::size_t last, double left, double bottom,
                          double side, int depth) {
  const std::size_t node = nodes_.size();
  nodes_.emplace_back();
  Node made;
  made.side = side;
  made.count = static_cast<std::uint32_t>(last - first);
  made.first = static_cast<std::uint32_t>(first);
  for (std::size_t i = first; i < last; ++i) {
    made.x += points_[i].x;
    made.y += points_[i].y;
  }
  made.x /= static_cast<double>(last - first);
  made.y /= static_cast<double>(last - first);
  made.leaf = last - first <= kLeaf || depth == kDeepest;
  if (!made.leaf) {
    const double half = side / 2, middle_x = left + half, middle_y = bottom + half;
    // Points and their numbers move together.
    const auto split = [&](std::size_t from, std::size_t to, const auto& below) {
      std::size_t at = from;
      for (std::size_t i = from; i < to; ++i) {
        if (!below(points_[i])) continue;
        std::swap(points_[i], points_[at]);
        std::swap(order_[i], order_[at]);
        ++at;
      }
      return at;
    };
    const auto is_left = [&](const PlanePoint& p) { return p.x < middle_x; };
    const auto is_low = [&](const PlanePoint& p) { return p.y < middle_y; };
    const std::size_t b = split(first, last, is_left);
    const std::size_t a = split(first, b, is_low), c = split(b, last, is_low);
    if (a > first) build_node(first, a, left, bottom, half, depth + 1);
    if (b > a) build_node(a, b, left, middle_y, half, depth + 1);
    if (c > b) build_node(b, c, middle_x, bottom, half, depth + 1);
    if (last > c) build_node(c, last, middle_x, middle_y, half, depth + 1);
  }
  made.next = static_cast<std::uint32_t>(nodes_.size());
  nodes_[node] = made;
}

Quadtree::Repulsion Quadtree::repulsion(std::size_t point, double angle) const {
  const std::uint32_t here = place_[point];
  const PlanePoint at = points_[here];
  const double steep = angle * angle;
  Repulsion r;
  const auto add = [&](double dx, double dy, double count) {
    const double q = 1 / (1 + dx * dx + dy * dy), part = count * q;
    r.sum += part;
    r.x += part * q * dx;
    r.y += part * q * dy;
  };
  for (std::uint32_t i = 0; i < nodes_.size();) {
    const Node& node = nodes_[i];
    const double dx = at.x - node.x, dy = at.y - node.y;
    if (node.side * node.side < steep * (dx * dx + dy * dy)) {
      add(dx, dy, node.count);
      i = node.next;
      continue;
    }
    if (node.leaf)
      for (std::uint32_t k = node.first; k < node.first + node.count; ++k)
        if (k != here) add(at.x - points_[k].x, at.y - points_[k].y, 1);
    ++i;
  }
  return r;
}

}  // namespace sandlot
