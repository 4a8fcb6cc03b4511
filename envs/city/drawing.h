// Drawing: the city's frame, 960 × 640 nominal pixels, with the learner's car a little below the
// middle.
#pragma once

#include "envs/city/city_world.h"

namespace sandlot {
class Scene;
}

namespace sandlot::city {

void draw_world(const World& world, Scene& scene);

}  // namespace sandlot::city
