#pragma once

namespace sandlot {

class Registry;

void register_city(Registry& registry);

}  // namespace sandlot
