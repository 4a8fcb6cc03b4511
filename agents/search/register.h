#pragma once

namespace sandlot {

class Registry;
void register_search(Registry& registry);

}  // namespace sandlot
