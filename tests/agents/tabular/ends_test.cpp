// Nothing is bootstrapped from a termination; from a truncation it is, at the true last
// observation.
//
// Line of two states with rewards 1 and 4, γ = 0.5, every value 10 at first. Ended by the task:
// q(1) = 4, q(0) = 1 + 0.5 · 4 = 3. With episodes truncated after one step, state 1 is seen but
// never acted in: q(1) stays 10 and q(0) = 1 + 0.5 · 10 = 6, whereas the observation after the
// restart (state 0) would give the fixed point 2, and a termination 1.
#include <doctest/doctest.h>

#include "agents/tabular/double_q_learning.h"
#include "agents/tabular/dyna_q.h"
#include "agents/tabular/expected_sarsa.h"
#include "agents/tabular/monte_carlo.h"
#include "agents/tabular/n_step_sarsa.h"
#include "agents/tabular/prioritized_sweeping.h"
#include "agents/tabular/q_lambda.h"
#include "agents/tabular/q_learning.h"
#include "agents/tabular/sarsa.h"
#include "agents/tabular/sarsa_lambda.h"
#include "agents/tabular/td_prediction.h"
#include "tests/agents/tabular/line.h"
#include "tests/agents/tabular/training_loop.h"

using namespace sandlot;
using doctest::Approx;

namespace {

template <class A>
typename A::Settings settings() {
  typename A::Settings s;
  s.step_size = 1;
  s.discount = 0.5;
  s.initial_value = 10;
  s.exploration.epsilon = 1;
  return s;
}

template <class A>
void check_ends(const typename A::Settings& s) {
  constexpr int kActions = 2;
  for (const bool truncated : {false, true}) {
    CAPTURE(truncated);
    auto world = make_line({1, 4}, kActions, truncated ? 1 : 0);
    A agent(s, world.spec(), 1, 3);
    train(agent, world, 400);
    for (std::size_t a = 0; a < kActions; ++a) {
      CHECK(action_values(agent, {0}, kActions)[a] == Approx(truncated ? 6 : 3));
      CHECK(action_values(agent, {1}, kActions)[a] == Approx(truncated ? 10 : 4));
      CHECK(action_values(agent, {2}, kActions)[a] == Approx(10));  // the end has no value to learn
    }
  }
}

}  // namespace

TEST_CASE("ends: q_learning") { check_ends<QLearning>(settings<QLearning>()); }
TEST_CASE("ends: sarsa") { check_ends<Sarsa>(settings<Sarsa>()); }
TEST_CASE("ends: expected_sarsa") { check_ends<ExpectedSarsa>(settings<ExpectedSarsa>()); }
TEST_CASE("ends: double_q_learning") { check_ends<DoubleQLearning>(settings<DoubleQLearning>()); }
TEST_CASE("ends: n_step_sarsa") {
  for (const int n : {1, 2, 3, 50}) {
    CAPTURE(n);
    auto s = settings<NStepSarsa>();
    s.n = n;
    check_ends<NStepSarsa>(s);
  }
}
TEST_CASE("ends: sarsa_lambda and q_lambda") {
  for (const double lambda : {0.0, 0.9, 1.0}) {
    for (const auto kind : {TraceKind::accumulating, TraceKind::replacing, TraceKind::dutch}) {
      CAPTURE(lambda);
      auto s = settings<SarsaLambda>();
      s.lambda = lambda;
      s.traces = kind;
      check_ends<SarsaLambda>(s);
      if (kind == TraceKind::dutch) continue;
      auto q = settings<QLambda>();
      q.lambda = lambda;
      q.traces = kind;
      check_ends<QLambda>(q);
    }
  }
}
TEST_CASE("ends: monte_carlo") {
  for (const bool average : {true, false}) {
    auto s = settings<MonteCarlo>();
    s.average = average;
    check_ends<MonteCarlo>(s);
  }
}
TEST_CASE("ends: dyna_q and dyna_q_plus without a bonus") {
  check_ends<DynaQ>(settings<DynaQ>());
  auto plus = settings<DynaQPlus>();
  plus.kappa = 0;
  check_ends<DynaQPlus>(plus);
}
TEST_CASE("ends: prioritized_sweeping") {
  auto s = settings<PrioritizedSweeping>();
  s.threshold = 1e-9;
  check_ends<PrioritizedSweeping>(s);
}

TEST_CASE("ends: td_prediction") {
  using Method = TdPrediction::Method;
  for (const auto method : {Method::td0, Method::n_step, Method::monte_carlo, Method::td_lambda}) {
    for (const bool truncated : {false, true}) {
      CAPTURE(static_cast<int>(method));
      CAPTURE(truncated);
      TdPrediction::Settings s;
      s.method = method;
      s.step_size = 1;
      s.discount = 0.5;
      s.initial_value = 10;
      auto world = make_line({1, 4}, 2, truncated ? 1 : 0);
      TdPrediction agent(s, world.spec(), 1, 3);
      train(agent, world, 100);
      CHECK(agent.value(0) == Approx(truncated ? 6 : 3));
      CHECK(agent.value(1) == Approx(truncated ? 10 : 4));
    }
  }
}
