// Drawing: the platformer's frame, 960 × 540 nominal pixels, two of them to a pixel of the art.
#pragma once

#include "envs/platformer/world.h"

namespace sandlot {
class Scene;
}

namespace sandlot::platformer {

void draw_world(const World& world, Scene& scene);

}  // namespace sandlot::platformer
