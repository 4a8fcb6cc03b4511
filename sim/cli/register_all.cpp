#include "sim/cli/register_all.h"

#include "envs/classic/register.h"
#include "envs/platformer/register.h"

namespace sandlot {

void register_all(Registry& registry) {
  register_platformer(registry);
  register_classic(registry);
}

}  // namespace sandlot
