// Lets worlds ask for the policies of other runs: see sim/core/stored_policy.h.
#pragma once

namespace sandlot {

class Registry;
// The registry must outlive every world.
void use_stored_policies(const Registry& registry);

}  // namespace sandlot
