#include "agents/tabular/q_lambda.h"

namespace sandlot {

void QLambda::Settings::check(const EnvironmentSpec& spec, int copies, Issues& issues) const {
  LambdaSettings::check(spec, copies, issues);
  if (traces == TraceKind::dutch)
    issues.add("traces",
               "dutch traces belong to the update of true online SARSA(λ); expected replacing or "
               "accumulating");
}

QLambda::QLambda(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : TabularAgent(settings, spec, copies, seed),
      lambda_(settings.lambda),
      kind_(settings.traces),
      traces_(static_cast<std::size_t>(copies), Traces(q().width(), spec.action.n)) {}

void QLambda::train(TrainingContext& training) {
  begin(training);
  while (training.proceed(*this)) {
    set_rates(training);
    for (int row = 0; row < rows(); ++row) {
      const int action = choose(state(row), legal(row));
      actions_[static_cast<std::size_t>(row)] = action;
      // Exploring ends what the actions before it can answer for.
      if (q().value(state(row), action) < max_q(state(row), legal(row)))
        traces_[static_cast<std::size_t>(row)].clear();
    }
    training.step({.discrete = actions_, .continuous = {}});
    for (int row = 0; row < rows(); ++row) {
      const Transition t = transition(row, actions_[static_cast<std::size_t>(row)]);
      Traces& z = traces_[static_cast<std::size_t>(row)];
      const double next = t.terminated ? 0 : max_q(t.next, t.next_legal);
      const double error = t.reward + gamma() * next - q().value(t.state, t.action);
      z.decay(gamma() * lambda_);
      z.visit(kind_, t.state, t.action, alpha(), q().step_size_factors());
      z.apply(q(), alpha() * error);
      if (t.ended) z.clear();
      advance(row);
    }
  }
}

void QLambda::save(Writer& out) const {
  TabularAgent::save(out);
  for (const auto& z : traces_) z.save(out);
}

void QLambda::load(Reader& in) {
  TabularAgent::load(in);
  for (auto& z : traces_) z.load(in);
}

}  // namespace sandlot
