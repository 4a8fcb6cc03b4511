#include "agents/alpha_zero/register.h"

#include "agents/alpha_zero/alpha_zero.h"
#include "sim/core/registry.h"

namespace sandlot {

void register_alpha_zero(Registry& registry) {
  registry.add_agent<AlphaZero>(
      "alpha_zero",
      "Learns any game for two from games against itself: network and tree search (Silver et al. "
      "2018)");
}

}  // namespace sandlot
