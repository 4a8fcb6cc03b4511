#pragma once

#include "sim/core/registry.h"

namespace sandlot {

// Every world, agent and feature map of this build.
void register_all(Registry& registry);

}  // namespace sandlot
