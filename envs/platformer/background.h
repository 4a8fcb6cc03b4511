// The sky, clouds and hills behind a level, in screen units.
#pragma once

namespace sandlot {
class Scene;
}

namespace sandlot::platformer {

// `left` is the view's left edge in tiles; what is further away moves less (parallax). Clouds drift
// with `tick`.
void draw_background(Scene& scene, float left, int tick);

}  // namespace sandlot::platformer
