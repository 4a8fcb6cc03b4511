#include "sim/cli/register_all.h"

#include "agents/tabular/register.h"
#include "envs/classic/register.h"
#include "envs/platformer/register.h"
#include "learners/features/register.h"

namespace sandlot {

void register_all(Registry& registry) {
  register_platformer(registry);
  register_classic(registry);
  register_tabular(registry);
  register_features(registry);
}

}  // namespace sandlot
