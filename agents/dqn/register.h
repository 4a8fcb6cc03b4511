// The agents of the DQN family.
#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_dqn(Registry& registry);

}  // namespace sandlot
