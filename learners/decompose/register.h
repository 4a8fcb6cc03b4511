// Decompositions: principal components, singular vectors, latent semantics, topics, discriminants.
#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_decompositions(Registry& registry);

}  // namespace sandlot
