// Scene: what a frame contains, without any graphics library.
//
// Primitives are drawn in the order in which they were added. Each lives in world units under the
// current camera, or in screen units (pixels of the scene's nominal size, origin top left).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sandlot {

struct Color {
  std::uint8_t r = 0, g = 0, b = 0, a = 255;

  static constexpr Color hex(std::uint32_t rgb, std::uint8_t alpha = 255) {
    return {static_cast<std::uint8_t>(rgb >> 16), static_cast<std::uint8_t>(rgb >> 8),
            static_cast<std::uint8_t>(rgb), alpha};
  }
  constexpr Color with_alpha(std::uint8_t alpha) const { return {r, g, b, alpha}; }
  bool operator==(const Color&) const = default;
};

struct Point {
  float x = 0, y = 0;
};

// Pixel art: rows from the top, four bytes (r, g, b, a, not premultiplied) per pixel. Images live
// as long as the program (static storage): consumers cache them by address.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgba;
};

// The part of the world that fills the view: `center` in the middle, `width` world units across
// the view's width; the same scale upward. `y_up`: world y grows upward (physics) or downward.
struct Camera {
  Point center;
  float width = 1;
  bool y_up = true;
};

enum class Align : std::uint8_t { left, center, right };

struct Primitive {
  enum class Kind : std::uint8_t { rectangle, circle, polygon, line, text, sprite };
  Kind kind = Kind::rectangle;
  std::uint16_t camera = 0;     // index into Scene::cameras(); 0: screen units
  Color fill{0, 0, 0, 0};       // line and text: their colour
  Color stroke{0, 0, 0, 0};     // outline of rectangles, circles and polygons
  float thickness = 0;          // of lines and outlines, in the primitive's own units
  float angle = 0;              // rectangles, sprites, text: radians, counter-clockwise on screen
  float x = 0, y = 0;           // rectangle, circle and sprite: centre; text: anchor (baseline)
  float width = 0, height = 0;  // rectangle, sprite: full size; circle: width = 2·radius
  float radius = 0;             // rectangle: of its corners; text: size (height of the type)
  Align align = Align::left;
  bool bold = false;
  bool flip_x = false;
  std::uint32_t first = 0, count = 0;  // polygon and line: points(); text: characters of text()
  const Image* image = nullptr;        // sprite
  int source_x = 0, source_y = 0, source_width = 0, source_height = 0;  // part of the image
};

struct Stroke {
  Color color{0, 0, 0, 0};
  float thickness = 0;
};

class Scene {
 public:
  // Empties the scene; `width` × `height` are the nominal pixels of the frame.
  void begin(int width, int height, Color background);
  // Widens the frame to the right by `pixels` for what belongs beside the picture, such as the
  // overlay's panel. Cameras stay with the part that begin() made: the view.
  void widen(int pixels) { width_ += pixels; }
  int width() const { return width_; }
  int height() const { return height_; }
  int view_width() const { return view_width_; }  // of the picture without what widen() added
  Color background() const { return background_; }

  void use_world(const Camera& camera);  // what follows is in world units
  void use_camera(std::size_t index);    // in the units of one of cameras() again
  void use_screen();                     // what follows is in pixels, y downward

  void rectangle(Point center, float width, float height, Color fill, float corner_radius = 0,
                 float angle = 0, Stroke stroke = {});
  void circle(Point center, float radius, Color fill, Stroke stroke = {});
  void polygon(std::span<const Point> points, Color fill, Stroke stroke = {});
  void line(std::span<const Point> points, Color color, float thickness);
  void line(Point from, Point to, Color color, float thickness);
  // `anchor` is on the baseline: at the left end, the middle or the right end of the text.
  void text(Point anchor, std::string_view text, float size, Color color, Align align = Align::left,
            bool bold = false);
  // The whole image, or the part given, scaled to width × height without smoothing.
  void sprite(Point center, float width, float height, const Image& image, bool flip_x = false,
              float angle = 0, Color tint = {255, 255, 255, 255});
  void sprite_part(Point center, float width, float height, const Image& image, int source_x,
                   int source_y, int source_width, int source_height, bool flip_x = false,
                   float angle = 0, Color tint = {255, 255, 255, 255});

  std::span<const Primitive> primitives() const { return primitives_; }
  std::span<const Camera> cameras() const { return cameras_; }  // [0] is not a camera: the screen
  std::span<const Point> points(const Primitive& p) const;
  std::string_view text_of(const Primitive& p) const;

 private:
  Primitive& add(Primitive::Kind kind);

  int width_ = 0, height_ = 0, view_width_ = 0;
  Color background_;
  std::uint16_t camera_ = 0;
  std::vector<Camera> cameras_ = std::vector<Camera>(1);
  std::vector<Primitive> primitives_;
  std::vector<Point> points_;
  std::string characters_;
};

}  // namespace sandlot
