#include "sim/render/canvas.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "tests/sim/render/pixels.h"

using namespace sandlot;

namespace {

constexpr Color white{255, 255, 255}, black{0, 0, 0}, red{255, 0, 0}, green{0, 255, 0},
    blue{0, 0, 255};

// The number of pixels that are not white.
int inked(const Frame& frame) {
  int count = 0;
  for (int y = 0; y < frame.height; ++y)
    for (int x = 0; x < frame.width; ++x) count += pixel(frame, x, y) != white;
  return count;
}

}  // namespace

TEST_CASE("canvas: size, scale and background") {
  Scene scene;
  Canvas canvas;
  scene.begin(30, 20, blue);
  const Frame& frame = canvas.draw(scene, 1.5);
  CHECK(frame.width == 45);
  CHECK(frame.height == 30);
  CHECK(frame.rgba.size() == 45u * 30u * 4u);
  CHECK(pixel(frame, 0, 0) == blue);
  CHECK(pixel(frame, 44, 29) == blue);
}

TEST_CASE("canvas: rectangles fill exactly, have outlines and rounded corners, and turn") {
  Scene scene;
  Canvas canvas;
  scene.begin(40, 40, white);
  scene.rectangle({20, 20}, 20, 10, red);
  const Frame& frame = canvas.draw(scene);
  CHECK(inked(frame) == 200);
  CHECK(pixel(frame, 10, 15) == red);
  CHECK(pixel(frame, 29, 24) == red);
  CHECK(pixel(frame, 9, 20) == white);

  scene.begin(40, 40, white);
  scene.rectangle({20, 20}, 20, 20, red, 8, 0, {blue, 2});
  canvas.draw(scene);
  CHECK(pixel(frame, 10, 10) == white);  // the corner is cut
  CHECK(pixel(frame, 9, 20) == blue);    // the outline lies half outside
  CHECK(pixel(frame, 20, 20) == red);

  scene.begin(40, 40,
              white);  // 45° counter-clockwise: a bar from the lower left to the upper right
  scene.rectangle({20, 20}, 30, 4, red, 0, std::numbers::pi_v<float> / 4);
  canvas.draw(scene);
  CHECK(pixel(frame, 28, 11) == red);
  CHECK(pixel(frame, 11, 28) == red);
  CHECK(pixel(frame, 11, 11) == white);
}

TEST_CASE("canvas: the same turn under a camera whose y grows upward") {
  Scene scene;
  Canvas canvas;
  for (const bool y_up : {false, true}) {
    scene.begin(40, 40, white);
    scene.use_world({.center = {0, 0}, .width = 4, .y_up = y_up});
    scene.rectangle({0, 0}, 3, 0.4f, red, 0, std::numbers::pi_v<float> / 4);
    const Frame& frame = canvas.draw(scene);
    CHECK(pixel(frame, 28, 11) == red);
    CHECK(pixel(frame, 11, 28) == red);
    CHECK(pixel(frame, 11, 11) == white);
  }
}

TEST_CASE("canvas: a camera maps its centre to the middle and its width to the view's") {
  Scene scene;
  Canvas canvas;
  scene.begin(100, 50, white);
  scene.use_world({.center = {5, 5}, .width = 10, .y_up = true});  // 10 pixels per unit
  scene.rectangle({5, 6}, 1, 1, red);                              // above the middle
  scene.use_screen();
  scene.rectangle({1, 1}, 2, 2, blue);
  const Frame& frame = canvas.draw(scene);
  CHECK(pixel(frame, 50, 15) == red);
  CHECK(pixel(frame, 50, 25) == white);
  CHECK(pixel(frame, 0, 0) == blue);
  CHECK(inked(frame) == 104);

  scene.widen(60);  // the picture stays where it was
  canvas.draw(scene);
  CHECK(frame.width == 160);
  CHECK(pixel(frame, 50, 15) == red);
  CHECK(inked(frame) == 104);
}

TEST_CASE("canvas: circles, polygons and lines cover their areas, with soft edges") {
  Scene scene;
  Canvas canvas;
  const auto coverage = [&canvas](const Scene& s) {
    const Frame& frame = canvas.draw(s);
    double sum = 0;
    for (int y = 0; y < frame.height; ++y)
      for (int x = 0; x < frame.width; ++x) sum += 1 - pixel(frame, x, y).g / 255.0;
    return sum;
  };
  scene.begin(100, 100, white);
  scene.circle({50, 50}, 30, black);
  CHECK(coverage(scene) == doctest::Approx(std::numbers::pi * 900).epsilon(0.005));

  scene.begin(100, 100, white);
  const std::array triangle{Point{10, 10}, Point{90, 10}, Point{10, 90}};
  scene.polygon(triangle, black);
  CHECK(coverage(scene) == doctest::Approx(3200).epsilon(0.005));

  scene.begin(100, 100, white);  // round ends: 60 × 10 and one circle of radius 5
  scene.line({20, 50}, {80, 50}, black, 10);
  CHECK(coverage(scene) == doctest::Approx(600 + std::numbers::pi * 25).epsilon(0.005));

  scene.begin(100, 100, white);  // half of the light goes through
  scene.rectangle({50, 50}, 10, 10, black.with_alpha(128));
  CHECK(coverage(scene) == doctest::Approx(50.2).epsilon(0.01));
}

TEST_CASE("canvas: text stands on its anchor and is aligned") {
  Scene scene;
  Canvas canvas;
  const auto box = [&](Align align, bool bold, bool world) {
    scene.begin(200, 60, white);
    if (world) scene.use_world({.center = {100, 30}, .width = 200, .y_up = true});
    scene.text({100, world ? 20.0f : 40.0f}, "HHHH", 20, black, align, bold);
    const Frame& frame = canvas.draw(scene);
    std::array<int, 4> found{999, -1, 999, -1};
    for (int y = 0; y < 60; ++y) {
      for (int x = 0; x < 200; ++x) {
        if (pixel(frame, x, y).g > 128) continue;
        found = {std::min(found[0], x), std::max(found[1], x), std::min(found[2], y),
                 std::max(found[3], y)};
      }
    }
    return found;
  };
  const auto left = box(Align::left, false, false);
  CHECK(left[0] >= 100);
  CHECK(left[0] < 105);
  CHECK(left[3] == 39);                                                     // on the baseline
  CHECK(left[3] - left[2] + 1 == doctest::Approx(20 * 0.73).epsilon(0.1));  // capitals
  const auto center = box(Align::center, false, false);
  CHECK(std::abs(center[0] + center[1] - 199) <= 2);
  const auto right = box(Align::right, false, false);
  CHECK(right[1] < 100);
  CHECK(right[1] > 94);
  const auto bold = box(Align::left, true, false);
  CHECK(bold[1] > left[1] + 3);
  CHECK(box(Align::left, false, true) == left);  // upright under a camera with y up
}

TEST_CASE("canvas: sprites are sharp, cut, mirrored, tinted, and leave no seams") {
  static const Image image{
      4, 2, {255, 0, 0, 255, 0,   255, 0,   255, 0, 0, 255, 255, 0, 0, 0, 0,
             0,   0, 0, 255, 255, 255, 255, 255, 0, 0, 0,   255, 0, 0, 0, 255}};
  Scene scene;
  Canvas canvas;
  scene.begin(40, 20, white);
  scene.sprite({20, 10}, 40, 20, image);
  const Frame& frame = canvas.draw(scene);
  CHECK(pixel(frame, 9, 9) == red);
  CHECK(pixel(frame, 10, 0) == green);
  CHECK(pixel(frame, 29, 9) == blue);
  CHECK(pixel(frame, 30, 9) == white);  // transparent
  CHECK(pixel(frame, 0, 10) == black);

  scene.begin(40, 20, white);
  scene.sprite({20, 10}, 40, 20, image, true);
  canvas.draw(scene);
  CHECK(pixel(frame, 39, 0) == red);
  CHECK(pixel(frame, 0, 0) == white);

  scene.begin(40, 20, white);
  scene.sprite_part({20, 10}, 20, 20, image, 1, 0, 1, 1);
  canvas.draw(scene);
  CHECK(inked(frame) == 400);
  CHECK(pixel(frame, 10, 0) == green);
  CHECK(pixel(frame, 29, 19) == green);

  scene.begin(40, 20, white);  // white under a red tint, half transparent
  scene.sprite_part({20, 10}, 20, 20, image, 1, 1, 1, 1, false, 0, {255, 0, 0, 128});
  canvas.draw(scene);
  const Color mixed = pixel(frame, 20, 10);
  CHECK(mixed.r == 255);
  CHECK(std::abs(mixed.g - 127) <= 1);

  // A quarter turn counter-clockwise, y upward or downward: what was right is now at the top.
  for (const bool y_up : {false, true}) {
    scene.begin(40, 40, white);
    scene.use_world({.center = {0, 0}, .width = 40, .y_up = y_up});
    scene.sprite({0, 0}, 40, 20, image, false, std::numbers::pi_v<float> / 2);
    canvas.draw(scene);
    CHECK(pixel(frame, 12, 38) == red);
    CHECK(pixel(frame, 12, 12) == blue);
  }

  // A floor of tiles at broken places is closed.
  for (const float shift : {0.0f, 0.21f, 0.5f, 0.77f}) {
    scene.begin(64, 16, white);
    scene.use_world({.center = {8 + shift, 2}, .width = 16, .y_up = true});
    for (int i = -1; i < 18; ++i)
      scene.sprite_part({static_cast<float>(i) + 0.5f, 2}, 1, 4, image, 0, 0, 1, 1);
    canvas.draw(scene);
    for (int x = 0; x < 64; ++x) REQUIRE(pixel(frame, x, 8) == red);
  }
}
