#pragma once

namespace sandlot {

class Registry;
void register_platformer(Registry& registry);

}  // namespace sandlot
