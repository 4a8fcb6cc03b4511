#pragma once

namespace sandlot {

class Registry;
void register_alpha_zero(Registry& registry);

}  // namespace sandlot
