#include "agents/fitted/fitted_q.h"

#include <cmath>

namespace sandlot {

void FittedQ::Settings::fields(Fields& f) {
  values.fields(f);
  BatchAgentSettings::fields(f);
}

void FittedQ::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  require_plain_actions(spec, issues);
  values.check(spec, issues);
}

FittedQ::FittedQ(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : BatchAgent(settings, spec, copies, seed),
      policy_(RegressionValues(settings.values, spec, seed)) {}

void FittedQ::learn(TrainingContext& training) {
  const auto rewards = lived().rewards();
  const auto terminated = lived().terminated();
  std::vector<float> targets(rewards.size());
  double sum = 0, change = 0;
  for (int iteration = 0; iteration < settings().iterations; ++iteration) {
    sum = change = 0;
    const Eigen::VectorXf next = policy_.values().of(lived().next_states()).rowwise().maxCoeff();
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const double follows =
          terminated[i] ? 0 : static_cast<double>(next[static_cast<Eigen::Index>(i)]);
      const double target = static_cast<double>(rewards[i]) + settings().discount * follows;
      change += std::abs(target - static_cast<double>(targets[i]));
      sum += target;
      targets[i] = static_cast<float>(target);
    }
    policy_.values().fit(lived().states(), lived().actions(), targets);
  }
  const auto count = static_cast<double>(targets.size());
  training.report("target", sum / count);
  training.report("target_change", change / count);
}

void FittedQ::save(Writer& out) const {
  BatchAgent::save(out);
  policy_.save(out);
}

void FittedQ::load(Reader& in) {
  BatchAgent::load(in);
  policy_.load(in);
}

}  // namespace sandlot
