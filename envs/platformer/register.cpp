#include "envs/platformer/register.h"

#include "envs/platformer/platformer.h"
#include "sim/core/registry.h"

namespace sandlot {

void register_platformer(Registry& registry) {
  registry.add_environment<Platformer>("platformer",
                                       "Run and jump to the flag at the right end of a level.");
}

}  // namespace sandlot
