#include "envs/go/register.h"

#include "envs/go/go.h"
#include "sim/core/registry.h"

namespace sandlot {

void register_go(Registry& registry) {
  registry.add_environment<go::Go>(
      "go", "Go on 2×2 to 25×25, alone for both sides or against an opponent in the world");
}

}  // namespace sandlot
