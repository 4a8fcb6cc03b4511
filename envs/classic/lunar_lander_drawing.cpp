#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "envs/classic/lunar_lander_world.h"
#include "envs/classic/palette.h"

namespace sandlot::classic {

namespace {

Point point(b2Vec2 v) { return {v.x, v.y}; }

// A number in [0, 1) that looks random, for what is scattered in the picture.
float fraction(float x, int i) {
  const float v = std::sin(x * 12.9898f + static_cast<float>(i) * 78.233f) * 437.585f;
  return v - std::floor(v);
}

void draw_sky(Scene& scene) {
  constexpr int bands = 16;  // lighter toward the horizon
  for (int i = 0; i < bands; ++i) {
    const float top = 9.5f * (1 - static_cast<float>(i) / bands);
    scene.rectangle({10, top / 2}, 20, top, palette::dusk.with_alpha(13));
  }
  for (int i = 0; i < 90; ++i) {
    const float x = 20 * fraction(0.1f, i), y = 4.5f + 8.8f * fraction(0.7f, i);
    const float size = fraction(1.3f, i);
    const auto light = static_cast<std::uint8_t>(70 + 170 * fraction(2.9f, i));
    scene.circle({x, y}, 0.014f + 0.03f * size * size * size, palette::star.with_alpha(light));
  }
  const Point earth{16.6f, 10.9f};
  scene.circle(earth, 0.98f, palette::earth.with_alpha(22));
  scene.circle(earth, 0.86f, palette::earth.with_alpha(34));
  scene.circle(earth, 0.75f, palette::earth);
  scene.circle({earth.x - 0.24f, earth.y + 0.2f}, 0.26f, palette::earth_land);
  scene.circle({earth.x + 0.02f, earth.y + 0.3f}, 0.17f, palette::earth_land);
  scene.circle({earth.x - 0.1f, earth.y - 0.33f}, 0.2f, palette::earth_land);
  scene.line({earth.x - 0.6f, earth.y - 0.05f}, {earth.x + 0.2f, earth.y - 0.02f},
             palette::star.with_alpha(130), 0.09f);
  scene.line({earth.x - 0.2f, earth.y + 0.46f}, {earth.x + 0.4f, earth.y + 0.5f},
             palette::star.with_alpha(130), 0.07f);
  // The night side, as a crescent.
  std::array<Point, 34> night{};
  for (std::size_t i = 0; i < 17; ++i) {
    const float turn = std::numbers::pi_v<float> * (static_cast<float>(i) / 16 - 0.5f);
    const float x = std::cos(turn), y = std::sin(turn);
    night[i] = {earth.x + 0.75f * x, earth.y + 0.75f * y};
    night[33 - i] = {earth.x + 0.28f * x, earth.y + 0.75f * y};
  }
  scene.polygon(night, palette::night.with_alpha(170));
}

void draw_moon(Scene& scene, std::span<const double> ground) {
  constexpr std::size_t ridge = 61;
  std::array<Point, ridge + 2> hills{};
  for (std::size_t i = 0; i < ridge; ++i) {
    const float x = static_cast<float>(i) / 3;
    hills[i] = {x, 3.6f + 0.7f * std::sin(0.62f * x + 0.8f) + 0.35f * std::sin(1.7f * x) +
                       0.12f * std::sin(4.1f * x + 2)};
  }
  hills[ridge] = {20, 0};
  hills[ridge + 1] = {0, 0};
  scene.polygon(hills, palette::moon_far);

  std::array<Point, LunarLander::chunks + 2> moon{};
  for (std::size_t i = 0; i < ground.size(); ++i)
    moon[i] = {static_cast<float>(chunk_width) * static_cast<float>(i),
               static_cast<float>(ground[i])};
  moon[ground.size()] = {20, 0};
  moon[ground.size() + 1] = {0, 0};
  scene.polygon(moon, palette::moon);
  for (int i = 0; i < 70; ++i) {  // craters, well below the surface
    const float x = 20 * fraction(4.2f, i), size = 0.05f + 0.16f * fraction(5.5f, i);
    const auto left = static_cast<std::size_t>(x / static_cast<float>(chunk_width));
    const float surface = std::min(moon[left].y, moon[left + 1].y) - 0.25f - size;
    const float y = surface * fraction(6.1f, i);
    if (surface < 0.1f) continue;
    scene.circle({x, y}, size, palette::moon_dark.with_alpha(120));
    scene.circle({x + size * 0.18f, y - size * 0.18f}, size * 0.72f,
                 palette::moon_light.with_alpha(50));
  }
  scene.line(std::span<const Point>(moon).first(ground.size()), palette::moon_light, 0.09f);

  const float pad = static_cast<float>(ground[middle]);
  constexpr float from = static_cast<float>(chunk_width) * (middle - 1);
  constexpr float to = static_cast<float>(chunk_width) * (middle + 1);
  scene.rectangle({(from + to) / 2, pad - 0.07f}, to - from, 0.16f, palette::strut_dark, 0.05f);
  for (int i = 0; i < 9; ++i)
    scene.circle({from + 0.2f + 0.45f * static_cast<float>(i), pad - 0.07f}, 0.045f, palette::lamp);
  for (const float x : {from, to}) {
    scene.line({x, pad}, {x, pad + 1.6f}, palette::strut, 0.05f);
    const std::array cloth{Point{x + 0.02f, pad + 1.6f}, Point{x + 0.85f, pad + 1.38f},
                           Point{x + 0.02f, pad + 1.16f}};
    scene.polygon(cloth, palette::amber);
    scene.circle({x, pad + 1.62f}, 0.05f, palette::star);
  }
}

}  // namespace

void LunarLander::draw(Scene& scene) const {
  scene.begin(900, 600, palette::night);
  scene.use_world({.center = {10, static_cast<float>(view_height / 2)}, .width = 20, .y_up = true});
  draw_sky(scene);
  draw_moon(scene, ground_);
  draw_lander(scene);
}

void LunarLander::draw_lander(Scene& scene) const {
  const b2Transform& at = world_->lander->GetTransform();
  const auto body = [&at](float x, float y) { return point(b2Mul(at, b2Vec2(x, y))); };
  const float angle = world_->lander->GetAngle();
  // How the flames flicker: from the engines' aim, which differs in each step.
  const auto flicker = static_cast<float>(dispersion_[0] * scale);
  const auto sway = static_cast<float>(dispersion_[1] * scale);

  if (burn_.main > 0) {
    const float power = static_cast<float>(burn_.main);
    const auto flame = [&](float wide, float length, Color color) {
      const float tip = -0.42f - length * power * (1 + 0.25f * flicker);
      const float lean = 0.12f * sway;
      const std::array outline{
          body(-wide, -0.42f), body(-wide * 1.1f, -0.42f + (tip + 0.42f) * 0.35f), body(lean, tip),
          body(wide * 1.1f, -0.42f + (tip + 0.42f) * 0.35f), body(wide, -0.42f)};
      scene.polygon(outline, color);
    };
    scene.circle(body(0, -0.75f), 0.62f * power, palette::lava_glow.with_alpha(26));
    scene.circle(body(0, -0.7f), 0.42f * power, palette::lava_glow.with_alpha(34));
    for (int i = 0; i < 9; ++i) {  // sparks
      const float far = 0.75f + 0.13f * static_cast<float>(i) + 0.2f * fraction(sway, i);
      const float off = (fraction(flicker, i) - 0.5f) * (0.16f + 0.34f * (far - 0.7f)) * 2;
      const auto fade = static_cast<std::uint8_t>(210 - 20 * i);
      scene.circle(body(off, -0.2f - far * power), 0.055f - 0.004f * static_cast<float>(i),
                   palette::lava_glow.with_alpha(fade));
    }
    flame(0.17f, 1.15f, palette::lava.with_alpha(210));
    flame(0.125f, 0.85f, palette::lava_glow);
    flame(0.07f, 0.5f, palette::flame_core);
  }
  if (burn_.side > 0) {
    // "Left" pushes to the left: its nozzle is on the right.
    const float side = -static_cast<float>(burn_.direction), power = static_cast<float>(burn_.side);
    for (int i = 0; i < 7; ++i) {
      const float far = static_cast<float>(i) * 0.105f * power;
      const float off = (fraction(sway, i) - 0.5f) * 0.35f * far + 0.05f * flicker;
      const auto fade = static_cast<std::uint8_t>(225 - 30 * i);
      scene.circle(body(side * (0.62f + far), 0.3f + off), 0.045f + 0.014f * static_cast<float>(i),
                   palette::plume.with_alpha(fade));
    }
  }

  for (std::size_t i = 0; i < 2; ++i) {
    const b2Transform& leg = world_->legs[i]->GetTransform();
    const auto place = [&leg](double x, double y) { return point(b2Mul(leg, vector(x, y))); };
    const float side = i == 0 ? 1 : -1;
    const Point top = place(0, leg_height), foot = place(0, -leg_height);
    scene.line(body(side * 0.4f, -0.26f), place(0, -leg_height * 0.3), palette::strut, 0.05f);
    scene.line(body(side * 0.5f, 0), top, palette::strut, 0.06f);
    const std::array shin{place(-leg_width, leg_height), place(leg_width, leg_height),
                          place(leg_width, -leg_height), place(-leg_width, -leg_height)};
    scene.polygon(shin, palette::strut, {palette::strut_dark, 0.025f});
    scene.rectangle(foot, 0.3f, 0.07f, world_->on_ground[i] ? palette::lamp : palette::strut, 0.03f,
                    world_->legs[i]->GetAngle());
  }

  const std::array nozzle{body(-0.1f, -0.3f), body(-0.17f, -0.45f), body(0.17f, -0.45f),
                          body(0.1f, -0.3f)};
  scene.polygon(nozzle, palette::strut_dark);
  std::array<Point, hull.size()> outline;
  for (std::size_t i = 0; i < hull.size(); ++i)
    outline[i] =
        body(static_cast<float>(hull[i][0] / scale), static_cast<float>(hull[i][1] / scale));
  scene.polygon(outline, palette::cabin);
  const std::array shade{body(0.2f, 0.567f),    body(0.467f, 0.567f), body(0.567f, 0),
                         body(0.567f, -0.333f), body(0.3f, -0.333f),  body(0.3f, 0)};
  scene.polygon(shade, palette::cabin_shade);
  // The lower half is wrapped in gold foil.
  const std::array foil{body(-0.567f, 0), body(-0.567f, -0.333f), body(0.567f, -0.333f),
                        body(0.567f, 0)};
  scene.polygon(foil, palette::amber);
  const std::array foil_shade{body(0.1f, 0), body(0.22f, -0.333f), body(0.567f, -0.333f),
                              body(0.567f, 0)};
  scene.polygon(foil_shade, palette::amber_dark);
  for (const float x : {-0.4f, -0.2f, 0.0f, 0.2f, 0.4f})
    scene.line(body(x, -0.01f), body(x + (x < 0 ? 0.07f : -0.07f), -0.32f),
               palette::strut_dark.with_alpha(70), 0.02f);
  scene.polygon(outline, Color{0, 0, 0, 0}, {palette::strut_dark, 0.035f});
  for (const float side : {-1.0f, 1.0f})
    scene.rectangle(body(side * 0.55f, 0.3f), 0.12f, 0.16f, palette::strut_dark, 0.03f, angle);
  scene.circle(body(-0.05f, 0.29f), 0.17f, palette::strut_dark);
  scene.circle(body(-0.05f, 0.29f), 0.135f, palette::visor);
  scene.circle(body(-0.095f, 0.335f), 0.045f, palette::flame_core.with_alpha(220));
  scene.line(body(0.25f, 0.567f), body(0.25f, 0.78f), palette::strut, 0.03f);
  scene.circle(body(0.25f, 0.8f), 0.045f, palette::lava);
}

}  // namespace sandlot::classic
