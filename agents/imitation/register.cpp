#include "agents/imitation/register.h"

#include "agents/imitation/dagger.h"
#include "agents/imitation/imitation.h"

namespace sandlot {

void register_imitation(Registry& registry) {
  registry.add_agent<Imitation>("imitation",
                                "Does what was done in recorded episodes, or what the world's own "
                                "player by rules does (Pomerleau 1989)");
  registry.add_agent<Dagger>(
      "dagger",
      "Plays, and does as a trained policy or the world's own player by rules says it would have "
      "done (Ross et al. 2011)");
}

}  // namespace sandlot
