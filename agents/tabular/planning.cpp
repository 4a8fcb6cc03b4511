#include "agents/tabular/planning.h"

#include <algorithm>
#include <cmath>

namespace sandlot {
namespace {

TabularSettings plain_settings(const PlanningSettings& settings) {
  TabularSettings plain;
  plain.discount = settings.discount;
  plain.exploration.epsilon = 0;
  return plain;
}

double backup(const std::vector<TabularModel::Outcome>& outcomes, const std::vector<double>& v,
              double discount) {
  double sum = 0;
  for (const auto& o : outcomes)
    sum += o.probability *
           (o.reward + (o.terminated ? 0 : discount * v[static_cast<std::size_t>(o.next_state)]));
  return sum;
}

std::vector<double> action_values(const TabularModel& model, const std::vector<double>& v,
                                  double discount) {
  std::vector<double> q(model.outcomes.size());
  for (std::size_t i = 0; i < q.size(); ++i) q[i] = backup(model.outcomes[i], v, discount);
  return q;
}

}  // namespace

void PlanningSettings::fields(Fields& f) {
  f.number("discount", discount, "γ", Range::between(0, 1));
  f.number("tolerance", tolerance, "sweeps end when no value changes by more", Range::above(0));
  f.integer("most_sweeps", most_sweeps, "sweeps before giving up", Range::at_least(1));
}

void PlanningSettings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  if (!spec.observation.is_discrete() || !spec.action.is_discrete())
    issues.add("name", "needs a finite world that gives its model; observations of " + spec.name +
                           " are " + spec.observation.describe());
}

std::vector<double> value_iteration(const TabularModel& model, const PlanningSettings& settings) {
  const auto actions = static_cast<std::size_t>(model.actions);
  std::vector<double> v(static_cast<std::size_t>(model.states));
  for (int sweep = 0; sweep < settings.most_sweeps; ++sweep) {
    double change = 0;
    for (std::size_t s = 0; s < v.size(); ++s) {
      double best = -std::numeric_limits<double>::infinity();
      for (std::size_t a = 0; a < actions; ++a)
        best = std::max(best, backup(model.outcomes[s * actions + a], v, settings.discount));
      change = std::max(change, std::abs(best - v[s]));
      v[s] = best;
    }
    if (change <= settings.tolerance) return action_values(model, v, settings.discount);
  }
  throw std::runtime_error("value iteration: values still change after " +
                           std::to_string(settings.most_sweeps) +
                           " sweeps; expected discount < 1 for this world");
}

std::vector<double> policy_iteration(const TabularModel& model, const PlanningSettings& settings) {
  const auto actions = static_cast<std::size_t>(model.actions);
  std::vector<double> v(static_cast<std::size_t>(model.states));
  std::vector<std::size_t> policy(v.size(), 0);
  for (int sweeps = 0; sweeps < settings.most_sweeps;) {
    // A policy that never ends has no value with discount 1, and needs none to be left: evaluation
    // is cut off, and goes on in the next round if the policy stays.
    bool converged = false;
    for (int sweep = 0; sweep < 2000 && !converged && sweeps < settings.most_sweeps; ++sweep) {
      ++sweeps;
      double change = 0;
      for (std::size_t s = 0; s < v.size(); ++s) {
        const double value = backup(model.outcomes[s * actions + policy[s]], v, settings.discount);
        change = std::max(change, std::abs(value - v[s]));
        v[s] = value;
      }
      converged = change <= settings.tolerance;
    }
    const std::vector<double> q = action_values(model, v, settings.discount);
    bool stable = true;
    for (std::size_t s = 0; s < v.size(); ++s) {
      for (std::size_t a = 0; a < actions; ++a) {
        // A tie keeps the policy: otherwise it might change for ever.
        if (q[s * actions + a] <= q[s * actions + policy[s]] + 1e-9) continue;
        policy[s] = a;
        stable = false;
      }
    }
    if (stable && converged) return q;
  }
  throw std::runtime_error("policy iteration: the policy's values still change after " +
                           std::to_string(settings.most_sweeps) +
                           " sweeps; expected discount < 1 for this world");
}

std::vector<double> uniform_policy_values(const TabularModel& model, double discount) {
  const auto actions = static_cast<std::size_t>(model.actions);
  std::vector<double> v(static_cast<std::size_t>(model.states));
  for (int sweep = 0; sweep < 1000000; ++sweep) {
    double change = 0;
    for (std::size_t s = 0; s < v.size(); ++s) {
      double value = 0;
      for (std::size_t a = 0; a < actions; ++a)
        value +=
            backup(model.outcomes[s * actions + a], v, discount) / static_cast<double>(actions);
      change = std::max(change, std::abs(value - v[s]));
      v[s] = value;
    }
    if (change < 1e-13) break;
  }
  return v;
}

PlanningAgent::PlanningAgent(const PlanningSettings& settings, const EnvironmentSpec& spec,
                             int copies, Seed seed, Solver solver)
    : TabularAgent(plain_settings(settings), spec, copies, seed),
      settings_(settings),
      solver_(solver) {}

void PlanningAgent::train(TrainingContext& training) {
  begin(training);
  if (!solved_) {
    const auto model = training.environment().environment(0).model();
    if (!model)
      throw std::runtime_error(training.environment().spec().name +
                               " gives no model; planning needs one");
    const std::vector<double> values = solver_(*model, settings_);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t state = i / static_cast<std::size_t>(model->actions);
      const std::size_t action = i % static_cast<std::size_t>(model->actions);
      q().weights()[action * q().width() + state] = values[i];
    }
    solved_ = true;
  }
  while (training.proceed(*this)) {
    set_rates(training);
    for (int row = 0; row < rows(); ++row)
      actions_[static_cast<std::size_t>(row)] = choose(state(row), legal(row));
    training.step({.discrete = actions_, .continuous = {}});
    begin(training);
  }
}

void PlanningAgent::save(Writer& out) const {
  TabularAgent::save(out);
  out.write(solved_);
}

void PlanningAgent::load(Reader& in) {
  TabularAgent::load(in);
  in.read(solved_);
}

}  // namespace sandlot
