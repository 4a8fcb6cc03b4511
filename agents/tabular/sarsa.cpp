#include "agents/tabular/sarsa.h"

namespace sandlot {

void Sarsa::train(TrainingContext& training) {
  begin_on_policy(training);
  while (training.proceed(*this)) {
    set_rates(training);
    training.step({.discrete = actions_, .continuous = {}});
    for (int row = 0; row < rows(); ++row) {
      int& action = actions_[static_cast<std::size_t>(row)];
      const Transition t = transition(row, action);
      const int next_action = choose_next(t);
      const double next = t.terminated ? 0 : q().value(t.next, next_action);
      const double error = t.reward + gamma() * next - q().value(t.state, t.action);
      q().add(t.state, t.action, alpha() * error);
      const bool ended = t.ended;
      advance(row);
      action = ended ? choose(state(row), legal(row)) : next_action;
    }
  }
}

}  // namespace sandlot
