#include "agents/tabular/expected_sarsa.h"

namespace sandlot {

void ExpectedSarsa::train(TrainingContext& training) {
  begin(training);
  while (training.proceed(*this)) {
    set_rates(training);
    for (int row = 0; row < rows(); ++row)
      actions_[static_cast<std::size_t>(row)] = choose(state(row), legal(row));
    training.step({.discrete = actions_, .continuous = {}});
    for (int row = 0; row < rows(); ++row) {
      const Transition t = transition(row, actions_[static_cast<std::size_t>(row)]);
      const double next = t.terminated ? 0 : expected_q(t.next, t.next_legal);
      const double error = t.reward + gamma() * next - q().value(t.state, t.action);
      q().add(t.state, t.action, alpha() * error);
      advance(row);
    }
  }
}

}  // namespace sandlot
