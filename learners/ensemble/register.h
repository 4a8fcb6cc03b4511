// Learners made of learners: bagging, forests, boosting, voting, stacking.
#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_ensemble(Registry& registry);

}  // namespace sandlot
