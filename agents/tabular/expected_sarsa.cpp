#include "agents/tabular/expected_sarsa.h"

namespace sandlot {

// Σ_a π(a | S') q(S', a)
double ExpectedSarsa::expectation(const Transition& t) {
  const auto values = values_of(q(), t.next);
  exploration().probabilities(values, t.next_legal, visits(t.next), chances_);
  double sum = 0;
  for (std::size_t a = 0; a < values.size(); ++a) sum += chances_[a] * values[a];
  return sum;
}

void ExpectedSarsa::train(TrainingContext& training) {
  begin(training);
  while (training.proceed(*this)) {
    set_rates(training);
    for (int row = 0; row < rows(); ++row)
      actions_[static_cast<std::size_t>(row)] = choose(state(row), legal(row));
    training.step({.discrete = actions_, .continuous = {}});
    for (int row = 0; row < rows(); ++row) {
      const Transition t = transition(row, actions_[static_cast<std::size_t>(row)]);
      const double next = t.terminated ? 0 : expectation(t);
      const double error = t.reward + gamma() * next - q().value(t.state, t.action);
      q().add(t.state, t.action, alpha() * error);
      advance(row);
    }
  }
}

}  // namespace sandlot
