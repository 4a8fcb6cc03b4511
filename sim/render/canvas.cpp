#include "sim/render/canvas.h"

#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <numbers>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace sandlot {
namespace {

struct SurfaceDeleter {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, SurfaceDeleter>;

struct ContextDeleter {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};
using Context = std::unique_ptr<cairo_t, ContextDeleter>;

Surface make_surface(cairo_format_t format, int width, int height) {
  Surface surface(cairo_image_surface_create(format, width, height));
  const cairo_status_t status = cairo_surface_status(surface.get());
  if (status != CAIRO_STATUS_SUCCESS)
    throw std::runtime_error("a picture of " + std::to_string(width) + "×" +
                             std::to_string(height) + " pixels: " + cairo_status_to_string(status));
  return surface;
}

void set_color(cairo_t* cr, Color c) {
  cairo_set_source_rgba(cr, c.r / 255.0, c.g / 255.0, c.b / 255.0, c.a / 255.0);
}

void rectangle_path(cairo_t* cr, double width, double height, double radius) {
  const double r = std::min({radius, width / 2, height / 2});
  const double left = -width / 2, top = -height / 2;
  if (r <= 0) {
    cairo_rectangle(cr, left, top, width, height);
    return;
  }
  constexpr double quarter = std::numbers::pi / 2;
  cairo_new_sub_path(cr);
  cairo_arc(cr, left + width - r, top + r, r, -quarter, 0);
  cairo_arc(cr, left + width - r, top + height - r, r, 0, quarter);
  cairo_arc(cr, left + r, top + height - r, r, quarter, 2 * quarter);
  cairo_arc(cr, left + r, top + r, r, 2 * quarter, 3 * quarter);
  cairo_close_path(cr);
}

// Round, but half-pixel places, which are common, all the same way in spite of rounding errors.
double snap(double pixels) { return std::floor(pixels + 0.501); }

}  // namespace

struct Canvas::Impl {
  // A part of an image under a tint.
  using SpriteKey = std::tuple<const Image*, int, int, int, int, std::uint32_t>;

  Surface surface;
  Context context;
  Frame frame;
  std::map<SpriteKey, Surface> sprites;
  std::string text;

  void prepare(int width, int height);
  void use_camera(const Scene& scene, int camera, double scale);
  void paint(const Primitive& p);
  void draw_text(const Scene& scene, const Primitive& p);
  void draw_sprite(const Primitive& p);
  cairo_surface_t* sprite(const Primitive& p);
  void copy_to_frame();

  double y_sign = 1;  // −1 under a camera whose y grows upward
};

Canvas::Canvas() : impl_(std::make_unique<Impl>()) {}
Canvas::~Canvas() = default;
Canvas::Canvas(Canvas&&) noexcept = default;
Canvas& Canvas::operator=(Canvas&&) noexcept = default;

void Canvas::Impl::prepare(int width, int height) {
  if (width == frame.width && height == frame.height && context) return;
  context.reset();
  surface = make_surface(CAIRO_FORMAT_RGB24, width, height);
  context.reset(cairo_create(surface.get()));
  frame.width = width;
  frame.height = height;
  frame.rgba.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 4);
  cairo_t* cr = context.get();
  cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  // Grey antialiasing and unhinted advances: text looks and measures the same at every scale.
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_set_font_options(cr, options);
  cairo_font_options_destroy(options);
}

void Canvas::Impl::use_camera(const Scene& scene, int camera, double scale) {
  cairo_t* cr = context.get();
  cairo_identity_matrix(cr);
  cairo_scale(cr, scale, scale);
  y_sign = 1;
  if (camera == 0) return;
  const Camera& c = scene.cameras()[static_cast<std::size_t>(camera)];
  const double zoom = scene.view_width() / static_cast<double>(c.width);
  y_sign = c.y_up ? -1 : 1;
  cairo_translate(cr, scene.view_width() / 2.0, scene.height() / 2.0);
  cairo_scale(cr, zoom, y_sign * zoom);
  cairo_translate(cr, -c.center.x, -c.center.y);
}

// Fills and outlines the current path.
void Canvas::Impl::paint(const Primitive& p) {
  cairo_t* cr = context.get();
  const bool outlined = p.stroke.a > 0 && p.thickness > 0;
  if (p.fill.a > 0) {
    set_color(cr, p.fill);
    if (outlined)
      cairo_fill_preserve(cr);
    else
      cairo_fill(cr);
  }
  if (outlined) {
    set_color(cr, p.stroke);
    cairo_set_line_width(cr, p.thickness);
    cairo_stroke(cr);
  }
  cairo_new_path(cr);
}

void Canvas::Impl::draw_text(const Scene& scene, const Primitive& p) {
  cairo_t* cr = context.get();
  text.assign(scene.text_of(p));
  cairo_save(cr);
  cairo_translate(cr, p.x, p.y);
  cairo_scale(cr, 1, y_sign);
  cairo_rotate(cr, -p.angle);
  cairo_select_font_face(cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         p.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cr, p.radius);
  double left = 0;
  if (p.align != Align::left) {
    cairo_text_extents_t extents;
    cairo_text_extents(cr, text.c_str(), &extents);
    left = p.align == Align::center ? -extents.x_advance / 2 : -extents.x_advance;
  }
  set_color(cr, p.fill);
  cairo_move_to(cr, left, 0);
  cairo_show_text(cr, text.c_str());
  cairo_new_path(cr);
  cairo_restore(cr);
}

cairo_surface_t* Canvas::Impl::sprite(const Primitive& p) {
  const Image& image = *p.image;
  const std::uint32_t tint = static_cast<std::uint32_t>(p.fill.r << 16 | p.fill.g << 8 | p.fill.b) |
                             static_cast<std::uint32_t>(p.fill.a) << 24;
  Surface& cached =
      sprites[{&image, p.source_x, p.source_y, p.source_width, p.source_height, tint}];
  if (cached) return cached.get();
  cached = make_surface(CAIRO_FORMAT_ARGB32, p.source_width, p.source_height);
  unsigned char* pixels = cairo_image_surface_get_data(cached.get());
  const int stride = cairo_image_surface_get_stride(cached.get());
  for (int y = 0; y < p.source_height; ++y) {
    auto* row = reinterpret_cast<std::uint32_t*>(pixels + std::ptrdiff_t{y} * stride);
    for (int x = 0; x < p.source_width; ++x) {
      const int from_x = p.source_x + x, from_y = p.source_y + y;
      if (from_x < 0 || from_y < 0 || from_x >= image.width || from_y >= image.height) continue;
      const std::uint8_t* rgba =
          &image.rgba[static_cast<std::size_t>(from_y * image.width + from_x) * 4];
      const double a = rgba[3] * p.fill.a / 255.0;
      const auto channel = [a](int value, int factor) {
        return static_cast<std::uint32_t>(std::lround(value * factor / 255.0 * a / 255));
      };
      row[x] = static_cast<std::uint32_t>(std::lround(a)) << 24 | channel(rgba[0], p.fill.r) << 16 |
               channel(rgba[1], p.fill.g) << 8 | channel(rgba[2], p.fill.b);
    }
  }
  cairo_surface_mark_dirty(cached.get());
  return cached.get();
}

// Upright sprites are moved to whole pixels, so that no seams show between tiles.
void Canvas::Impl::draw_sprite(const Primitive& p) {
  if (p.image == nullptr || p.source_width <= 0 || p.source_height <= 0 || p.fill.a == 0) return;
  cairo_t* cr = context.get();
  cairo_surface_t* source = sprite(p);
  double x = p.x, y = p.y, width = p.width, height = p.height;
  cairo_save(cr);
  cairo_user_to_device(cr, &x, &y);
  cairo_user_to_device_distance(cr, &width, &height);
  height = std::abs(height);
  cairo_identity_matrix(cr);
  if (p.angle == 0) {
    const double left = snap(x - width / 2), right = snap(x + width / 2);
    const double top = snap(y - height / 2), bottom = snap(y + height / 2);
    x = (left + right) / 2;
    y = (top + bottom) / 2;
    width = right - left;
    height = bottom - top;
  }
  if (width > 0 && height > 0) {
    cairo_translate(cr, x, y);
    cairo_rotate(cr, -p.angle);
    cairo_scale(cr, (p.flip_x ? -width : width) / p.source_width, height / p.source_height);
    cairo_translate(cr, -p.source_width / 2.0, -p.source_height / 2.0);
    cairo_set_source_surface(cr, source, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_NEAREST);
    cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
    cairo_rectangle(cr, 0, 0, p.source_width, p.source_height);
    cairo_fill(cr);
  }
  cairo_restore(cr);
}

void Canvas::Impl::copy_to_frame() {
  cairo_surface_flush(surface.get());
  const unsigned char* pixels = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  std::uint8_t* out = frame.rgba.data();
  for (int y = 0; y < frame.height; ++y) {
    const unsigned char* row = pixels + std::ptrdiff_t{y} * stride;
    for (int x = 0; x < frame.width; ++x, row += 4, out += 4) {
      out[0] = row[2];
      out[1] = row[1];
      out[2] = row[0];
      out[3] = 255;
    }
  }
}

const Frame& Canvas::draw(const Scene& scene, double scale) {
  Impl& c = *impl_;
  c.prepare(static_cast<int>(std::max(1L, std::lround(scene.width() * scale))),
            static_cast<int>(std::max(1L, std::lround(scene.height() * scale))));
  cairo_t* cr = c.context.get();
  cairo_identity_matrix(cr);
  set_color(cr, scene.background());
  cairo_paint(cr);
  int camera = -1;
  for (const Primitive& p : scene.primitives()) {
    if (p.camera != camera) c.use_camera(scene, camera = p.camera, scale);
    switch (p.kind) {
      case Primitive::Kind::rectangle:
        cairo_save(cr);
        cairo_translate(cr, p.x, p.y);
        cairo_rotate(cr, -c.y_sign * p.angle);
        rectangle_path(cr, p.width, p.height, p.radius);
        cairo_restore(cr);
        c.paint(p);
        break;
      case Primitive::Kind::circle:
        cairo_new_sub_path(cr);
        cairo_arc(cr, p.x, p.y, p.width / 2, 0, 2 * std::numbers::pi);
        cairo_close_path(cr);
        c.paint(p);
        break;
      case Primitive::Kind::polygon:
        for (const Point point : scene.points(p)) cairo_line_to(cr, point.x, point.y);
        cairo_close_path(cr);
        c.paint(p);
        break;
      case Primitive::Kind::line:
        for (const Point point : scene.points(p)) cairo_line_to(cr, point.x, point.y);
        set_color(cr, p.fill);
        cairo_set_line_width(cr, p.thickness);
        cairo_stroke(cr);
        break;
      case Primitive::Kind::text:
        c.draw_text(scene, p);
        break;
      case Primitive::Kind::sprite:
        c.draw_sprite(p);
        break;
    }
  }
  c.copy_to_frame();
  return c.frame;
}

}  // namespace sandlot
