// Evolution: genetic algorithm, CMA-ES, OpenAI's evolution strategy.
#pragma once

#include "sim/core/registry.h"

namespace sandlot {

void register_genetic(Registry& registry);

}  // namespace sandlot
