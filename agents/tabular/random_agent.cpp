#include "agents/tabular/random_agent.h"

namespace sandlot {

void RandomAgent::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  check_random_play(spec.action, issues);
}

RandomAgent::RandomAgent(const Settings&, const EnvironmentSpec& spec, int copies, Seed seed)
    : policy_(spec.action), random_(derive(seed, "actions")) {
  if (spec.action.is_discrete())
    actions_.resize(static_cast<std::size_t>(copies));
  else
    values_.resize(static_cast<std::size_t>(copies) * spec.action.size());
}

void RandomAgent::train(TrainingContext& training) {
  while (training.proceed(*this)) {
    const VectorEnvironment& worlds = training.environment();
    policy_.act(worlds.size(), worlds.observations(), worlds.legal_actions(), actions_, values_,
                random_);
    training.step({.discrete = actions_, .continuous = values_});
  }
}

void RandomAgent::save(Writer& out) const { random_.save(out); }
void RandomAgent::load(Reader& in) { random_.load(in); }

}  // namespace sandlot
