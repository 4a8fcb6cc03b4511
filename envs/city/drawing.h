// Drawing: the city's frame, 960 × 640 nominal pixels, with the learner's car a little below the
// middle.
#pragma once

#include <string_view>

#include "envs/city/city_world.h"

namespace sandlot {
class Scene;
}

namespace sandlot::city {

// What a person at the window has chosen to see.
struct ViewSettings {
  float zoom = 1;         // the larger, the nearer
  bool overview = false;  // the whole map
  bool lidar = false, attention = false;

  // o: overview, i and u: nearer and farther, l: lidar, k: what the driver looks at. Whether the
  // key is one of them.
  bool press(std::string_view key);
};

void draw_world(const World& world, const ViewSettings& view, Scene& scene);

// overlays.cpp, in world units
void draw_lidar(const World& world, Scene& scene);
void draw_attention(const World& world, Scene& scene);

}  // namespace sandlot::city
