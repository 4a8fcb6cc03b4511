// What the world go shows of whoever acts in it, and the mouse on its board. Nothing happens in
// other worlds.
#pragma once

#include <optional>
#include <span>

#include "sim/core/environment.h"
#include "sim/core/policy.h"
#include "sim/core/scene.h"

namespace sandlot {

// `considered`: what a search looked at; `values`: by action, of others. Either may be empty.
void tell_thoughts(Environment& world, std::span<const Consideration> considered,
                   std::span<const float> values);

// The legal action that a click on the picture means; none in worlds and places without one.
std::optional<int> clicked_action(const Environment& world, const Scene& scene, Point click);

}  // namespace sandlot
