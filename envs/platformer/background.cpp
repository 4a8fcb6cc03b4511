#include "envs/platformer/background.h"

#include <array>
#include <cmath>

#include "sim/core/scene.h"

namespace sandlot::platformer {
namespace {

constexpr float width = 960, height = 540;

std::uint8_t mix(std::uint8_t a, std::uint8_t b, float t) {
  return static_cast<std::uint8_t>(static_cast<float>(a) * (1 - t) + static_cast<float>(b) * t);
}

void sky(Scene& scene) {
  const Color top = Color::hex(0x5fb8ee), bottom = Color::hex(0xfdeecb);
  constexpr int bands = 60;
  for (int i = 0; i < bands; ++i) {
    const float t = static_cast<float>(i) / (bands - 1);
    scene.rectangle({width / 2, height * (static_cast<float>(i) + 0.5f) / bands}, width,
                    height / bands + 1,
                    {mix(top.r, bottom.r, t), mix(top.g, bottom.g, t), mix(top.b, bottom.b, t)});
  }
  scene.circle({760, 120}, 60, Color::hex(0xfff6d0, 70));
  scene.circle({760, 120}, 44, Color::hex(0xfff3c0));
}

void clouds(Scene& scene, float left, int tick) {
  constexpr float period = 1280;
  for (int i = 0; i < 6; ++i) {
    const auto k = static_cast<float>(i);
    const float speed = 0.05f + 0.02f * static_cast<float>(i % 3);
    float x = 217 * k - left * 32 * speed -
              static_cast<float>(tick) * 0.08f * (1 + 0.3f * static_cast<float>(i % 2));
    x = std::fmod(std::fmod(x, period) + period, period) - 160;
    const float y = 60 + std::fmod(47 * k, 130.0f), size = 0.8f + 0.2f * static_cast<float>(i % 3);
    const Color shade = Color::hex(0xdcebf7, 230), light = Color::hex(0xffffff, 240);
    scene.rectangle({x, y + 12 * size}, 112 * size, 22 * size, shade, 11 * size);
    scene.circle({x - 28 * size, y}, 22 * size, light);
    scene.circle({x + 4 * size, y - 12 * size}, 30 * size, light);
    scene.circle({x + 34 * size, y + 2 * size}, 20 * size, light);
    scene.rectangle({x, y + 8 * size}, 104 * size, 16 * size, light, 8 * size);
  }
}

void hills(Scene& scene, float scroll, float base, float swell, float wave, Color color) {
  std::array<Point, 64> points;
  constexpr int steps = 61;
  for (int i = 0; i <= steps; ++i) {
    const float x = width * static_cast<float>(i) / steps;
    const float at = (x + scroll) / wave;
    const float rise =
        0.6f * std::sin(at) + 0.3f * std::sin(2.3f * at + 1.7f) + 0.1f * std::sin(5.1f * at);
    points[static_cast<std::size_t>(i)] = {x, base - swell * rise};
  }
  points[steps + 1] = {width, height};
  points[steps + 2] = {0, height};
  scene.polygon(points, color);
}

void trees(Scene& scene, float scroll, float base, float spacing, Color color) {
  const int first = static_cast<int>(std::floor(scroll / spacing));
  for (int i = first - 1; i < first + static_cast<int>(width / spacing) + 3; ++i) {
    const auto k = static_cast<unsigned>(i) * 2654435761u;
    if ((k >> 28) < 5) continue;
    const float x = static_cast<float>(i) * spacing - scroll + static_cast<float>(k >> 26);
    const float size = 26 + static_cast<float>(k >> 27);
    for (int layer = 0; layer < 3; ++layer) {
      const auto l = static_cast<float>(layer);
      const float half = size * (0.62f - 0.14f * l), foot = base - size * 0.55f * l;
      const Point triangle[] = {{x - half, foot}, {x + half, foot}, {x, foot - size * 0.95f}};
      scene.polygon(triangle, color);
    }
  }
}

}  // namespace

void draw_background(Scene& scene, float left, int tick) {
  const float scroll = left * 32;
  sky(scene);
  clouds(scene, left, tick);
  hills(scene, scroll * 0.12f, 360, 80, 190, Color::hex(0xa9cfe0));
  hills(scene, scroll * 0.25f + 400, 420, 56, 130, Color::hex(0x86c2b4));
  trees(scene, scroll * 0.38f, 478, 52, Color::hex(0x5fa58f));
  hills(scene, scroll * 0.38f + 900, 474, 22, 90, Color::hex(0x5fa58f));
}

}  // namespace sandlot::platformer
