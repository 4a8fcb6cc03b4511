// A map of states as a part of a page: points to colour in several ways, with a frame under the
// pointer.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/explanation.h"

namespace sandlot {

// `pictures`: one address per state of the map.
std::string state_map_section(const Experience& experience, const StateMap& map,
                              const std::vector<std::string>& pictures);

}  // namespace sandlot
