#include "agents/tabular/sarsa_lambda.h"

#include "agents/tabular/archived.h"

namespace sandlot {

void LambdaSettings::fields(Fields& f) {
  TabularSettings::fields(f);
  f.number("lambda", lambda, "λ: 0 is one step, 1 is Monte Carlo", Range::between(0, 1));
  f.choice("traces", traces,
           {{"accumulating", TraceKind::accumulating},
            {"replacing", TraceKind::replacing},
            {"dutch", TraceKind::dutch}},
           "how a visit raises its trace");
}

void LambdaSettings::check(const EnvironmentSpec& spec, int copies, Issues& issues) const {
  TabularSettings::check(spec, copies, issues);
  if (traces == TraceKind::replacing && !has_binary_features(*this))
    issues.add("traces",
               "replacing traces need features that are 0 or 1 (table, tile_coding); "
               "expected accumulating or dutch with " +
                   std::string(value_function.chosen()));
}

SarsaLambda::SarsaLambda(const Settings& settings, const EnvironmentSpec& spec, int copies,
                         Seed seed)
    : TabularAgent(settings, spec, copies, seed),
      lambda_(settings.lambda),
      kind_(settings.traces),
      traces_(static_cast<std::size_t>(copies), Traces(q().width(), spec.action.n)),
      q_old_(static_cast<std::size_t>(copies)) {}

void SarsaLambda::learn(const Transition& t, int next_action) {
  const auto row = static_cast<std::size_t>(t.row);
  Traces& z = traces_[row];
  const double now = q().value(t.state, t.action);
  const double next = t.terminated ? 0 : q().value(t.next, next_action);
  const double error = t.reward + gamma() * next - now;
  z.decay(gamma() * lambda_);
  z.visit(kind_, t.state, t.action, alpha(), q().step_size_factors());
  if (kind_ == TraceKind::dutch) {
    z.apply(q(), alpha() * (error + now - q_old_[row]));
    q().add(t.state, t.action, -alpha() * (now - q_old_[row]));
    q_old_[row] = next;
  } else {
    z.apply(q(), alpha() * error);
  }
  if (t.ended) {
    z.clear();
    q_old_[row] = 0;
  }
}

void SarsaLambda::train(TrainingContext& training) {
  begin_on_policy(training);
  while (training.proceed(*this)) {
    set_rates(training);
    training.step({.discrete = actions_, .continuous = {}});
    for (int row = 0; row < rows(); ++row) {
      int& action = actions_[static_cast<std::size_t>(row)];
      const Transition t = transition(row, action);
      const int next_action = choose_next(t);
      learn(t, next_action);
      const bool ended = t.ended;
      advance(row);
      action = ended ? choose(state(row), legal(row)) : next_action;
    }
  }
}

void SarsaLambda::save(Writer& out) const {
  TabularAgent::save(out);
  out.write(q_old_);
  for (const auto& z : traces_) z.save(out);
}

void SarsaLambda::load(Reader& in) {
  TabularAgent::load(in);
  read_fixed(in, q_old_);
  for (auto& z : traces_) z.load(in);
}

}  // namespace sandlot
