#pragma once

namespace sandlot {

class Registry;
void register_go(Registry& registry);

}  // namespace sandlot
