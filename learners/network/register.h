// The networks that value functions and policies may be.
#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_networks(Registry& registry);

}  // namespace sandlot
