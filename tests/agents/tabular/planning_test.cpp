#include "agents/tabular/planning.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "envs/classic/cliff_walking.h"
#include "envs/classic/register.h"
#include "envs/classic/windy_gridworld.h"
#include "tests/agents/tabular/training_loop.h"

using namespace sandlot;
using doctest::Approx;

namespace {

// The value of the world's start and the return of the agent's policy from there.
template <class A, class Env>
std::pair<double, double> solve(const typename Env::Settings& world) {
  Batch<Env> batch(1, {}, 1, 1, [&] { return Env(world); });
  A agent({}, batch.spec(), 1, 1);
  batch.reset();
  const auto values = std::vector<float>(batch.observation(0).begin(), batch.observation(0).end());
  TrainingLoop loop(batch, 100);
  double first = 0;
  bool ended = false;
  loop.between_steps = [&](Agent&) {
    if (loop.steps() > 0 && !ended) first += batch.rewards()[0];
    ended = ended || !batch.finished().empty();
  };
  agent.train(loop);
  REQUIRE(ended);
  const auto q = action_values(agent, values, batch.spec().action.n);
  return {*std::max_element(q.begin(), q.end()), first};
}

template <class A>
void check_paths() {
  const auto expect = [](std::pair<double, double> found, double expected) {
    CHECK(found.first == Approx(expected));
    CHECK(found.second == expected);
  };
  expect(solve<A, classic::CliffWalking>({}), -13);
  expect(solve<A, classic::WindyGridworld>({}), -15);
  classic::WindyGridworld::Settings kings;
  kings.kings_moves = true;
  expect(solve<A, classic::WindyGridworld>(kings), -7);
}

}  // namespace

TEST_CASE("planning: the best paths of the cliff and of the windy gridworld, undiscounted") {
  check_paths<ValueIteration>();
  check_paths<PolicyIteration>();
}

TEST_CASE("planning: value and policy iteration agree in every finite classic world") {
  Registry registry;
  register_classic(registry);
  int finite = 0;
  for (const auto& entry : registry.list(EnvironmentFactory::kind)) {
    const auto world = registry.create<EnvironmentFactory>(entry.name)->make({});
    const auto model = world->model();
    if (!model) continue;
    CAPTURE(entry.name);
    ++finite;
    REQUIRE(model->states == world->spec().observation.n);
    REQUIRE(model->actions == world->spec().action.n);
    for (const double discount : {0.99, 0.5, 0.0}) {
      PlanningSettings s;
      s.discount = discount;
      const auto by_value = value_iteration(*model, s);
      const auto by_policy = policy_iteration(*model, s);
      REQUIRE(by_value.size() == by_policy.size());
      double largest = 0;
      for (std::size_t i = 0; i < by_value.size(); ++i)
        largest = std::max(largest, std::abs(by_value[i] - by_policy[i]));
      // Both stop when a sweep changes less than 1e-10: within 1e-10 γ / (1 − γ) of the truth; and
      // a policy is left only for one better by 1e-9.
      CHECK(largest < 2e-7);
    }
  }
  CHECK(finite == 7);
}

namespace {

// One state whose two actions end it: at once for 1, or with chance 1 − p of staying, for 1 a step.
TabularModel waiting(double stay) {
  TabularModel model;
  model.states = 2;
  model.actions = 2;
  model.start = {1, 0};
  model.outcomes = {{{1, 1, 1, true}},
                    {{stay, 0, 1, false}, {1 - stay, 1, 1, true}},
                    {{1, 1, 0, true}},
                    {{1, 1, 0, true}}};
  return model;
}

}  // namespace

TEST_CASE("planning: a discount near 1 is solved to the end") {
  // v = 1 / (1 − γ p), with 1 / (1 − 0.9995 · 1) = 2,000 steps' worth of waiting.
  PlanningSettings s;
  s.discount = 0.9995;
  for (const double stay : {0.5, 1.0}) {
    const double truth = 1 / (1 - s.discount * stay);
    CHECK(value_iteration(waiting(stay), s)[1] == Approx(truth).epsilon(1e-8));
    CHECK(policy_iteration(waiting(stay), s)[1] == Approx(truth).epsilon(1e-8));
  }
}

TEST_CASE("planning: values without bound are refused") {
  PlanningSettings s;
  s.most_sweeps = 5000;
  CHECK_THROWS_WITH_AS(value_iteration(waiting(1), s),
                       "value iteration: values still change after 5000 sweeps; expected discount "
                       "< 1 for this world",
                       std::runtime_error);
  CHECK_THROWS_WITH_AS(policy_iteration(waiting(1), s),
                       "policy iteration: the policy's values still change after 5000 sweeps; "
                       "expected discount < 1 for this world",
                       std::runtime_error);
}

TEST_CASE("planning: values of acting at random by hand") {
  // Half end at once, half stay with p: v = 1 + p v / 2.
  CHECK(uniform_policy_values(waiting(0.5), 1)[0] == Approx(1 / (1 - 0.25)));
  CHECK(uniform_policy_values(waiting(1), 0.8)[0] == Approx(1 / (1 - 0.4)));
  CHECK(uniform_policy_values(waiting(1), 0.8)[1] == 0);
}
