#include "agents/imitation/register.h"

#include "agents/imitation/imitation.h"

namespace sandlot {

void register_imitation(Registry& registry) {
  registry.add_agent<Imitation>("imitation",
                                "Does what was done in recorded episodes (Pomerleau 1989)");
}

}  // namespace sandlot
