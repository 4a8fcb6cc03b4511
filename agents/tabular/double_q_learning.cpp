#include "agents/tabular/double_q_learning.h"

namespace sandlot {

int DoubleQLearning::choose_on_both(int row) {
  for (int a = 0; a < action_count(); ++a)
    both_[static_cast<std::size_t>(a)] =
        (q(0).value(state(row), a) + q(1).value(state(row), a)) / 2;
  return choose(state(row), legal(row), both_);
}

void DoubleQLearning::train(TrainingContext& training) {
  begin(training);
  while (training.proceed(*this)) {
    set_rates(training);
    for (int row = 0; row < rows(); ++row)
      actions_[static_cast<std::size_t>(row)] = choose_on_both(row);
    training.step({.discrete = actions_, .continuous = {}});
    for (int row = 0; row < rows(); ++row) {
      const Transition t = transition(row, actions_[static_cast<std::size_t>(row)]);
      // With probability 1/2 each table learns, and the other one values what this one prefers.
      const int learner = static_cast<int>(random().below(2));
      ActionValues& q1 = q(learner);
      const ActionValues& q2 = q(1 - learner);
      double next = 0;
      if (!t.terminated) {
        const auto values = values_of(q1, t.next);
        const double best = max_value(values, t.next_legal);
        for (int a = 0; a < action_count(); ++a) {
          const auto i = static_cast<std::size_t>(a);
          if (values[i] != best || (!t.next_legal.empty() && t.next_legal[i] == 0)) continue;
          next = q2.value(t.next, a);
          break;
        }
      }
      const double error = t.reward + gamma() * next - q1.value(t.state, t.action);
      q1.add(t.state, t.action, alpha() * error);
      advance(row);
    }
  }
}

}  // namespace sandlot
