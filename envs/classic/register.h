// The textbook worlds: small, well understood, with known optimal values.
#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_classic(Registry& registry);

}  // namespace sandlot
