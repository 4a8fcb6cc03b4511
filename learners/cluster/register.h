// Clusterers: k-means, mean-shift, DBSCAN.
#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_clusterers(Registry& registry);

}  // namespace sandlot
