#include "agents/dqn/register.h"

#include "agents/dqn/dqn.h"
#include "agents/dqn/recurrent_dqn.h"

namespace sandlot {

void register_dqn(Registry& registry) {
  registry.add_agent<Dqn>("dqn", "Q-learning with a network and a replay memory (Mnih et al. 2015)");
  registry.add_agent<Rainbow>("rainbow", "DQN with six improvements at once (Hessel et al. 2018)");
  registry.add_agent<RecurrentDqn>(
      "recurrent_dqn", "DQN with a memory, for worlds seen in part (Kapturowski et al. 2019)");
}

}  // namespace sandlot
