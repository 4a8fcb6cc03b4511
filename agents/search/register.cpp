#include "agents/search/register.h"

#include "agents/search/mcts.h"
#include "sim/core/registry.h"

namespace sandlot {

void register_search(Registry& registry) {
  registry.add_agent<Mcts>(
      "mcts", "Monte-Carlo tree search before each action, UCT and RAVE; learns nothing");
}

}  // namespace sandlot
