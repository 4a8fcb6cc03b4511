#include "agents/ppo/register.h"

#include "agents/ppo/ppo.h"

namespace sandlot {

void register_ppo(Registry& registry) {
  registry.add_agent<Ppo>("ppo", "Proximal policy optimisation (Schulman et al. 2017)");
}

}  // namespace sandlot
