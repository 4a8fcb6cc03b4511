// The bird's-eye view: see observation.h.
#pragma once

#include <span>

#include "envs/city/city_world.h"

namespace sandlot::city {

void observe_raster(const World& world, std::span<float> out);

}  // namespace sandlot::city
