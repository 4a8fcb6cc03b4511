#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_features(Registry& registry);

}  // namespace sandlot
