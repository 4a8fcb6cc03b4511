// Encoders of observations, and what tells that one is new.
#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_encoders(Registry& registry);

}  // namespace sandlot
