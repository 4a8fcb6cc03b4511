// Pixels: the observation as a picture, made by a small software blitter that needs no display.
#pragma once

#include <span>

#include "envs/platformer/world.h"
#include "sim/core/environment.h"
#include "sim/core/space.h"

namespace sandlot::platformer {

constexpr int pixel_side = 84;  // 14 × 14 tiles of 6 × 6 pixels

// [1, 84, 84] grey or [3, 84, 84] RGB, values k / 255 in [0, 1], top row first.
Space pixel_space(bool color);
void observe_pixels(const World& world, bool color, std::span<float> out);
// Over the picture, three squares of 8 × 8 pixels from the upper left corner on: vx from −10 to 10
// and vy from −20 to 20 tiles/s as black to white, and white where a jump would start, else black
// (after Cobbe et al. 2019, "Quantifying generalization in reinforcement learning").
void paint_state(const World& world, bool color, std::span<float> out);
ObservationGrid pixel_grid(const World& world, bool color);

}  // namespace sandlot::platformer
