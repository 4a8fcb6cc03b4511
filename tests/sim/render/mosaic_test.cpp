#include "sim/render/mosaic.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/sim/render/pixels.h"

using namespace sandlot;

namespace {

Frame plain(int width, int height, Color color) {
  Frame frame{width, height, {}};
  for (int i = 0; i < width * height; ++i)
    for (const std::uint8_t v : {color.r, color.g, color.b, color.a}) frame.rgba.push_back(v);
  return frame;
}

}  // namespace

TEST_CASE("mosaic: wide pictures stand one under the other, high ones side by side") {
  CHECK(Mosaic(3, 1600, 200).columns() == 1);
  CHECK(Mosaic(3, 300, 500).columns() == 3);
  CHECK(Mosaic(4, 640, 360).columns() == 2);
  CHECK(Mosaic(1, 50, 50).columns() == 1);
}

TEST_CASE("mosaic: each picture in its place, an ended one darkened, a caption above it") {
  Mosaic mosaic(2, 200, 300);
  REQUIRE(mosaic.columns() == 2);
  const Color red{200, 100, 0}, blue{0, 100, 200};
  mosaic.put(0, plain(200, 300, red), "generation 1", "return 3", false);
  mosaic.put(1, plain(200, 300, blue), "generation 100", "return 7", true);
  const Frame& frame = mosaic.frame();
  const int strip = 30, gap = 4;
  CHECK(frame.width == 2 * 200 + 3 * gap);
  CHECK(frame.height == 300 + strip + 2 * gap);
  CHECK(pixel(frame, gap, gap + strip) == red);
  CHECK(pixel(frame, gap + 199, gap + strip + 299) == red);
  CHECK(pixel(frame, 2 * gap + 200, gap + strip) == Color{0, 45, 90});
  CHECK(pixel(frame, gap + 200, gap + strip) != red);  // the gap between them
  int bright = 0;                                      // pixels of type in the first caption
  for (int y = gap; y < gap + strip; ++y)
    for (int x = gap; x < gap + 200; ++x) bright += pixel(frame, x, y).r > 200;
  CHECK(bright > 50);
  CHECK_THROWS_AS(mosaic.put(0, plain(201, 300, red), "", "", false), std::invalid_argument);
  CHECK_THROWS_AS(mosaic.put(2, plain(200, 300, red), "", "", false), std::invalid_argument);
}

TEST_CASE("mosaic: a last row that is not full stands in the middle") {
  Mosaic mosaic(3, 320, 200);
  REQUIRE(mosaic.columns() == 2);
  const Color red{200, 100, 0};
  for (int i = 0; i < 3; ++i) mosaic.put(i, plain(320, 200, red), "", "", false);
  const Frame& frame = mosaic.frame();
  const int gap = 4, low = frame.height - gap - 1;
  const int left = gap + (320 + gap) / 2;
  CHECK(pixel(frame, left - 1, low) != red);
  CHECK(pixel(frame, left, low) == red);
  CHECK(pixel(frame, left + 319, low) == red);
  CHECK(pixel(frame, left + 320, low) != red);
}
