#include "agents/tabular/random_agent.h"

#include <cmath>

#include "agents/tabular/exploration.h"

namespace sandlot {

void RandomPolicy::act(int rows, std::span<const float>, std::span<const std::uint8_t> legal,
                       std::span<std::int32_t> actions, std::span<float> continuous,
                       Random& random) {
  if (!action_.is_discrete()) {
    const std::size_t width = action_.size();
    for (std::size_t i = 0; i < continuous.size(); ++i) {
      const float low = action_.low_at(i % width), high = action_.high_at(i % width);
      continuous[i] = low + (high - low) * random.uniform_float();
    }
    return;
  }
  const auto n = static_cast<std::size_t>(action_.n);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    actions[row] =
        uniform_action(action_.n, legal.empty() ? legal : legal.subspan(row * n, n), random);
  }
}

void RandomAgent::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  if (spec.action.is_discrete()) return;
  for (std::size_t i = 0; i < spec.action.size(); ++i)
    if (!std::isfinite(spec.action.low_at(i)) || !std::isfinite(spec.action.high_at(i)))
      return issues.add("name", "needs actions with finite bounds");
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
