#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_imitation(Registry& registry);

}  // namespace sandlot
