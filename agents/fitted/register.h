#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_fitted(Registry& registry);

}  // namespace sandlot
