#include "agents/imitation/teacher.h"

namespace sandlot {

void check_rules(const EnvironmentSpec& spec, Issues& issues) {
  if (spec.action.is_discrete() && !spec.gives_advice)
    issues.add("teacher",
               spec.name + " has no player by rules that could be asked; expected another teacher");
}

void ask_rules(const VectorEnvironment& world, std::span<std::int32_t> advice) {
  for (int row = 0; row < world.size(); ++row)
    advice[static_cast<std::size_t>(row)] = world.environment(row).advised_action();
}

}  // namespace sandlot
