// The textbook methods as regressors and classifiers: linear models, naive Bayes, nearest
// neighbours, support vectors, decision trees.
#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_classical(Registry& registry);

}  // namespace sandlot
