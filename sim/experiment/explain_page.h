// The page that `sandlot explain` writes: one file, nothing loaded from elsewhere.
#pragma once

#include <string>

#include "sim/experiment/explanation.h"

namespace sandlot {

struct ExplainedRun {
  std::string label;   // "platformer-q/1"
  std::string played;  // "100 episodes of the greedy policy"
};

// Frames are drawn by playing the episodes once more.
std::string explain_html(const Registry& registry, const ExplainedRun& run,
                         const Experience& experience, const Explanation& explanation,
                         const ExplainSettings& settings);

// The map alone, as a section of any page; "" where it is empty.
std::string state_map_html(const Registry& registry, const Experience& experience,
                           const StateMap& map);

}  // namespace sandlot
