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
ObservationGrid pixel_grid(const World& world, bool color);

}  // namespace sandlot::platformer
