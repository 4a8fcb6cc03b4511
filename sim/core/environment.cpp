#include "sim/core/environment.h"

#include <sstream>

#include "sim/core/vector_environment.h"

namespace sandlot {

void refuse_action(const EnvironmentSpec& spec, const Action& action) {
  std::ostringstream message;
  message << spec.name << ": ";
  if (spec.action.is_discrete()) {
    message << "action " << action.index;
    if (action.index < 0 || action.index >= spec.action.n)
      message << " is outside 0…" << spec.action.n - 1;
    else
      message << " is not legal here";
  } else if (action.values.size() != spec.action.size()) {
    message << "an action has " << spec.action.size() << " values, not " << action.values.size();
  } else {
    message << "the action is outside " << spec.action.describe();
  }
  throw std::invalid_argument(message.str());
}

void no_advice(const EnvironmentSpec& spec) {
  throw std::logic_error(spec.name + " has no player by rules that could say what to do");
}

void check_sizes(const EnvironmentSpec& spec, int rows, const Actions& actions) {
  const auto n = static_cast<std::size_t>(rows);
  const bool discrete = spec.action.is_discrete();
  const std::size_t want_discrete = discrete ? n : 0;
  const std::size_t want_continuous = discrete ? 0 : n * spec.action.size();
  const bool right =
      actions.discrete.size() == want_discrete && actions.continuous.size() == want_continuous;
  if (right && (actions.resting.empty() || actions.resting.size() == n)) return;
  std::ostringstream message;
  message << spec.name << ": a step of " << rows << " rows ";
  if (right)
    message << "says of " << actions.resting.size() << " whether they rest";
  else
    message << "takes " << (discrete ? want_discrete : want_continuous)
            << (discrete ? " indices" : " values") << ", not "
            << (discrete ? actions.discrete.size() : actions.continuous.size());
  throw std::invalid_argument(message.str());
}

}  // namespace sandlot
