#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_tabular(Registry& registry);

}  // namespace sandlot
