// What the agents refuse, word for word.
#include <doctest/doctest.h>

#include "agents/tabular/double_q_learning.h"
#include "agents/tabular/dyna_q.h"
#include "agents/tabular/expected_sarsa.h"
#include "agents/tabular/monte_carlo.h"
#include "agents/tabular/n_step_sarsa.h"
#include "agents/tabular/planning.h"
#include "agents/tabular/prioritized_sweeping.h"
#include "agents/tabular/q_lambda.h"
#include "agents/tabular/q_learning.h"
#include "agents/tabular/sarsa.h"
#include "agents/tabular/td_prediction.h"
#include "learners/features/register.h"
#include "tests/agents/tabular/training_loop.h"

using namespace sandlot;

namespace {

using Found = std::vector<std::pair<std::string, std::string>>;

EnvironmentSpec spec(Space observation, Space action) {
  EnvironmentSpec s;
  s.name = "field";
  s.observation = std::move(observation);
  s.action = std::move(action);
  return s;
}
const EnvironmentSpec kBox = spec(Space::box({2}, 0, 1), Space::discrete(2));
const EnvironmentSpec kFinite = spec(Space::discrete(5), Space::discrete(2));
const EnvironmentSpec kContinuous = spec(Space::box({2}, 0, 1), Space::box({1}, -2, 2));

template <class Settings>
Found check(const Settings& settings, const EnvironmentSpec& world, int copies = 1) {
  CollectedIssues issues;
  settings.check(world, copies, issues);
  return issues.list;
}

template <class S>
S with(const char* features) {
  Registry registry;
  register_features(registry);
  S s;
  REQUIRE(s.value_function.choose(registry, features));
  return s;
}

template <class A>
void refuses_continuous_actions() {
  CHECK(check(typename A::Settings{}, kContinuous).front() ==
        std::pair<std::string, std::string>(
            "name", "needs discrete actions; those of field are box(1, -2…2)"));
}

}  // namespace

TEST_CASE("checks: continuous actions") {
  refuses_continuous_actions<QLearning>();
  refuses_continuous_actions<Sarsa>();
  refuses_continuous_actions<ExpectedSarsa>();
  refuses_continuous_actions<DoubleQLearning>();
  refuses_continuous_actions<NStepSarsa>();
  refuses_continuous_actions<SarsaLambda>();
  refuses_continuous_actions<QLambda>();
  refuses_continuous_actions<MonteCarlo>();
  refuses_continuous_actions<DynaQ>();
  refuses_continuous_actions<DynaQPlus>();
  refuses_continuous_actions<PrioritizedSweeping>();
  CHECK(check(TdPrediction::Settings{}, kContinuous) ==
        Found{{"name", "needs discrete actions"},
              {"value_function.features",
               "true values are known by state: expected table, and a finite world"}});
  CHECK(check(PlanningSettings{}, kContinuous) ==
        Found{{"name",
               "needs a finite world that gives its model; observations of field are box(2, "
               "0…1)"}});
}

TEST_CASE("checks: methods that count or store by state need a table") {
  CHECK(check(with<DynaQ::Settings>("tile_coding"), kBox) ==
        Found{{"value_function.features", "the model is kept by state: expected table"}});
  CHECK(check(with<PrioritizedSweeping::Settings>("rbf"), kBox) ==
        Found{{"value_function.features", "the model is kept by state: expected table"}});
  CHECK(check(with<MonteCarlo::Settings>("fourier"), kBox) ==
        Found{{"value_function.features", "visits are counted by state: expected table"}});
  auto ucb = with<QLearning::Settings>("tile_coding");
  ucb.exploration.kind = ExplorationKind::ucb;
  CHECK(check(ucb, kBox) ==
        Found{{"value_function.features", "UCB counts visits by state: expected table"}});
  CHECK(check(with<DynaQ::Settings>("table"), kBox).empty());
}

TEST_CASE("checks: copies") {
  const Found planning{{"name", "plans after each single step: expected environment.copies: 1"}};
  CHECK(check(DynaQ::Settings{}, kFinite, 2) == planning);
  CHECK(check(DynaQPlus::Settings{}, kFinite, 2) == planning);
  CHECK(check(PrioritizedSweeping::Settings{}, kFinite, 2) == planning);
  CHECK(check(TdPrediction::Settings{}, kFinite, 2) ==
        Found{{"name", "learns after each single step: expected environment.copies: 1"}});
  CHECK(check(QLearning::Settings{}, kFinite, 64).empty());
}

TEST_CASE("checks: traces") {
  auto s = with<SarsaLambda::Settings>("fourier");
  CHECK(check(s, kBox) ==
        Found{{"traces",
               "replacing traces need features that are 0 or 1 (table, tile_coding); expected "
               "accumulating or dutch with fourier"}});
  s.traces = TraceKind::dutch;
  CHECK(check(s, kBox).empty());
  CHECK(check(with<SarsaLambda::Settings>("tile_coding"), kBox).empty());
  QLambda::Settings q;
  q.traces = TraceKind::dutch;
  CHECK(check(q, kFinite) ==
        Found{{"traces",
               "dutch traces belong to the update of true online SARSA(λ); expected replacing or "
               "accumulating"}});
}

TEST_CASE("checks: what would be ignored is refused") {
  auto s = with<QLearning::Settings>("polynomial");
  s.initial_value = 1;
  CHECK(
      check(s, kBox) ==
      Found{{"initial_value", "needs features that are 0 or 1 (table, tile_coding); expected 0"}});
  PrioritizedSweeping::Settings p;
  p.planning_steps = 0;
  CHECK(check(p, kFinite) ==
        Found{{"planning_steps", "all that is learnt is learnt by planning: expected at least 1"}});
  EnvironmentSpec masked = kFinite;
  masked.masks_actions = true;
  CHECK(
      check(DynaQ::Settings{}, masked) ==
      Found{{"name", "needs a world in which every action is always legal: the model keeps none"}});
}

TEST_CASE("checks: problems of the features are reported under value_function") {
  CHECK(check(with<QLearning::Settings>("tile_coding"), kFinite) ==
        Found{{"value_function.features",
               "needs observations in a box; this world's are numbers of states: expected "
               "table"}});
}
