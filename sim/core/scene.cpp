#include "sim/core/scene.h"

#include <stdexcept>

namespace sandlot {

void Scene::begin(int width, int height, Color background) {
  width_ = view_width_ = width;
  height_ = height;
  background_ = background;
  camera_ = 0;
  cameras_.resize(1);
  primitives_.clear();
  points_.clear();
  characters_.clear();
}

void Scene::use_world(const Camera& camera) {
  cameras_.push_back(camera);
  camera_ = static_cast<std::uint16_t>(cameras_.size() - 1);
}

void Scene::use_camera(std::size_t index) {
  if (index >= cameras_.size()) throw std::out_of_range("the scene has no such camera");
  camera_ = static_cast<std::uint16_t>(index);
}

void Scene::use_screen() { camera_ = 0; }

Primitive& Scene::add(Primitive::Kind kind) {
  Primitive& p = primitives_.emplace_back();
  p.kind = kind;
  p.camera = camera_;
  return p;
}

void Scene::rectangle(Point center, float width, float height, Color fill, float corner_radius,
                      float angle, Stroke stroke) {
  Primitive& p = add(Primitive::Kind::rectangle);
  p.x = center.x;
  p.y = center.y;
  p.width = width;
  p.height = height;
  p.fill = fill;
  p.radius = corner_radius;
  p.angle = angle;
  p.stroke = stroke.color;
  p.thickness = stroke.thickness;
}

void Scene::circle(Point center, float radius, Color fill, Stroke stroke) {
  Primitive& p = add(Primitive::Kind::circle);
  p.x = center.x;
  p.y = center.y;
  p.width = p.height = 2 * radius;
  p.fill = fill;
  p.stroke = stroke.color;
  p.thickness = stroke.thickness;
}

void Scene::polygon(std::span<const Point> points, Color fill, Stroke stroke) {
  Primitive& p = add(Primitive::Kind::polygon);
  p.first = static_cast<std::uint32_t>(points_.size());
  p.count = static_cast<std::uint32_t>(points.size());
  points_.insert(points_.end(), points.begin(), points.end());
  p.fill = fill;
  p.stroke = stroke.color;
  p.thickness = stroke.thickness;
}

void Scene::line(std::span<const Point> points, Color color, float thickness) {
  Primitive& p = add(Primitive::Kind::line);
  p.first = static_cast<std::uint32_t>(points_.size());
  p.count = static_cast<std::uint32_t>(points.size());
  points_.insert(points_.end(), points.begin(), points.end());
  p.fill = color;
  p.thickness = thickness;
}

void Scene::line(Point from, Point to, Color color, float thickness) {
  const Point both[] = {from, to};
  line(both, color, thickness);
}

void Scene::text(Point anchor, std::string_view text, float size, Color color, Align align,
                 bool bold) {
  Primitive& p = add(Primitive::Kind::text);
  p.x = anchor.x;
  p.y = anchor.y;
  p.radius = size;
  p.fill = color;
  p.align = align;
  p.bold = bold;
  p.first = static_cast<std::uint32_t>(characters_.size());
  p.count = static_cast<std::uint32_t>(text.size());
  characters_.append(text);
}

void Scene::sprite(Point center, float width, float height, const Image& image, bool flip_x,
                   float angle, Color tint) {
  sprite_part(center, width, height, image, 0, 0, image.width, image.height, flip_x, angle, tint);
}

void Scene::sprite_part(Point center, float width, float height, const Image& image, int source_x,
                        int source_y, int source_width, int source_height, bool flip_x, float angle,
                        Color tint) {
  Primitive& p = add(Primitive::Kind::sprite);
  p.x = center.x;
  p.y = center.y;
  p.width = width;
  p.height = height;
  p.image = &image;
  p.source_x = source_x;
  p.source_y = source_y;
  p.source_width = source_width;
  p.source_height = source_height;
  p.flip_x = flip_x;
  p.angle = angle;
  p.fill = tint;
}

std::span<const Point> Scene::points(const Primitive& p) const {
  return std::span(points_).subspan(p.first, p.count);
}

std::string_view Scene::text_of(const Primitive& p) const {
  return std::string_view(characters_).substr(p.first, p.count);
}

}  // namespace sandlot
