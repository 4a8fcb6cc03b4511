// Proximal policy optimisation.
#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_ppo(Registry& registry);

}  // namespace sandlot
