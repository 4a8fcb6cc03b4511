// Updates against values worked out by hand, and against each other where theory makes them equal.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "agents/tabular/dyna_q.h"
#include "agents/tabular/monte_carlo.h"
#include "agents/tabular/n_step_sarsa.h"
#include "agents/tabular/q_lambda.h"
#include "agents/tabular/q_learning.h"
#include "agents/tabular/sarsa.h"
#include "agents/tabular/sarsa_lambda.h"
#include "agents/tabular/td_prediction.h"
#include "envs/classic/random_walk.h"
#include "envs/classic/windy_gridworld.h"
#include "tests/agents/tabular/line.h"
#include "tests/agents/tabular/training_loop.h"

using namespace sandlot;
using doctest::Approx;

namespace {

double q(Agent& agent, float state, int actions = 1) {
  return action_values(agent, {state}, actions)[0];
}

Batch<classic::WindyGridworld> windy() {
  return Batch<classic::WindyGridworld>(
      1, {}, 7, 1, [] { return classic::WindyGridworld(classic::WindyGridworld::Settings{}); });
}

// The learnt policy after 4,000 steps in the windy gridworld.
template <class A>
std::vector<std::byte> trained(const typename A::Settings& settings) {
  auto world = windy();
  A agent(settings, world.spec(), 1, 5);
  train(agent, world, 4000);
  return saved(agent.policy());
}

std::vector<double> weights_of(const std::vector<std::byte>& policy) {
  Reader in(policy);
  in.expect_tag("greedy policy");
  std::vector<double> weights;
  in.read(weights);
  return weights;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

}  // namespace

TEST_CASE("n-step SARSA: two episodes by hand, n = 2") {
  NStepSarsa::Settings s;
  s.n = 2;
  s.step_size = 0.5;
  s.discount = 0.5;
  auto world = make_line({1, 2, 3, 4}, 1);
  NStepSarsa agent(s, world.spec(), 1, 1);
  train(agent, world, 4);
  CHECK(q(agent, 0) == Approx(0.5 * (1 + 0.5 * 2)));
  CHECK(q(agent, 1) == Approx(0.5 * (2 + 0.5 * 3)));
  CHECK(q(agent, 2) == Approx(0.5 * (3 + 0.5 * 4)));
  CHECK(q(agent, 3) == Approx(0.5 * 4));
  NStepSarsa twice(s, world.spec(), 1, 1);
  train(twice, world, 8);
  CHECK(q(twice, 0) == Approx(1 + 0.5 * (1 + 0.5 * 2 + 0.25 * 2.5 - 1)));
  CHECK(q(twice, 1) == Approx(1.75 + 0.5 * (2 + 0.5 * 3 + 0.25 * 2 - 1.75)));
  CHECK(q(twice, 2) == Approx(2.5 + 0.5 * (5 - 2.5)));
  CHECK(q(twice, 3) == Approx(2 + 0.5 * (4 - 2)));
}

TEST_CASE("n-step SARSA: n = 1 is SARSA, bit for bit") {
  Sarsa::Settings one;
  one.step_size = 0.5;
  NStepSarsa::Settings n;
  n.step_size = 0.5;
  n.n = 1;
  CHECK(trained<NStepSarsa>(n) == trained<Sarsa>(one));
  n.n = 2;
  CHECK(trained<NStepSarsa>(n) != trained<Sarsa>(one));
}

TEST_CASE("n-step SARSA: a large n has the returns of Monte Carlo for targets") {
  NStepSarsa::Settings n;
  n.n = 100;
  n.step_size = 0.25;
  n.discount = 0.9;
  MonteCarlo::Settings returns;
  returns.average = false;
  returns.step_size = 0.25;
  returns.discount = 0.9;
  auto world = make_line({1, -2, 3, 0, 5}, 2);
  NStepSarsa one(n, world.spec(), 1, 1);
  MonteCarlo other(returns, world.spec(), 1, 1);
  train(one, world, 5);
  train(other, world, 5);
  // v = Σ γ^k r, from each state on
  const double g[] = {1 + 0.9 * (-2 + 0.9 * (3 + 0.9 * 0.9 * 5)), -2 + 0.9 * (3 + 0.9 * 0.9 * 5),
                      3 + 0.9 * 0.9 * 5, 0.9 * 5, 5};
  for (int state = 0; state < 5; ++state) {
    CAPTURE(state);
    for (Agent* agent : {static_cast<Agent*>(&one), static_cast<Agent*>(&other)}) {
      const auto values = action_values(*agent, {static_cast<float>(state)}, 2);
      // One of the two actions was taken, and has moved a quarter of the way from 0.
      CHECK(values[0] + values[1] == Approx(0.25 * g[state]));
      CHECK(std::min(std::abs(values[0]), std::abs(values[1])) == 0);
    }
  }
}

TEST_CASE("monte_carlo: first and every visit of a state that an episode meets twice") {
  // The random walk 1 2 3 (ends 0 and 4) is met in both ways; averages are compared with a count of
  // the same episodes.
  for (const bool first_visit : {true, false}) {
    MonteCarlo::Settings s;
    s.first_visit = first_visit;
    s.discount = 0.9;
    Batch<classic::RandomWalk> world(
        1, {}, 11, 1, [] { return classic::RandomWalk({.states = 3, .left_reward = 0}); });
    MonteCarlo agent(s, world.spec(), 1, 1);
    world.reset();
    TrainingLoop loop(world, 1000);
    std::vector<int> visited;
    std::vector<double> sum(5), count(5);
    loop.before_step = [&](const Actions&) {
      visited.push_back(static_cast<int>(world.observation(0)[0]));
    };
    loop.between_steps = [&](Agent&) {
      if (world.finished().empty()) return;
      const double reward = world.rewards()[0];
      for (std::size_t t = 0; t < visited.size(); ++t) {
        const auto state = static_cast<std::size_t>(visited[t]);
        const auto before = visited.begin() + static_cast<std::ptrdiff_t>(t);
        if (first_visit && std::find(visited.begin(), before, visited[t]) != before) continue;
        sum[state] += reward * std::pow(0.9, static_cast<double>(visited.size() - 1 - t));
        ++count[state];
      }
      visited.clear();
    };
    agent.train(loop);
    REQUIRE(loop.episodes() > 50);
    for (std::size_t state = 1; state < 4; ++state)
      CHECK(q(agent, static_cast<float>(state)) == Approx(sum[state] / count[state]));
  }
}

TEST_CASE("λ = 0 is the one-step method") {
  Sarsa::Settings one;
  one.step_size = 0.5;
  SarsaLambda::Settings sarsa;
  sarsa.step_size = 0.5;
  sarsa.lambda = 0;
  QLearning::Settings watkins_one;
  QLambda::Settings watkins;
  watkins.lambda = 0;
  for (const auto kind : {TraceKind::accumulating, TraceKind::replacing}) {
    sarsa.traces = watkins.traces = kind;
    CHECK(trained<SarsaLambda>(sarsa) == trained<Sarsa>(one));
    CHECK(trained<QLambda>(watkins) == trained<QLearning>(watkins_one));
  }
  // True online SARSA(0) rounds in another order: acting at random keeps the two on one path.
  sarsa.traces = TraceKind::dutch;
  sarsa.exploration.epsilon = one.exploration.epsilon = 1;
  const auto dutch = weights_of(trained<SarsaLambda>(sarsa));
  CHECK(largest_difference(dutch, weights_of(trained<Sarsa>(one))) < 1e-10);
  CHECK(*std::min_element(dutch.begin(), dutch.end()) < -1);
}

TEST_CASE("sarsa_lambda: one episode by hand") {
  // α 0.5, γ 0.5, λ 0.5. δ = 1, 2, 3 as all values are 0 and each state is left once: each is felt
  // by the earlier ones with (γλ)^k.
  SarsaLambda::Settings s;
  s.lambda = 0.5;
  s.step_size = 0.5;
  s.discount = 0.5;
  for (const auto kind : {TraceKind::accumulating, TraceKind::replacing}) {
    s.traces = kind;
    auto world = make_line({1, 2, 3}, 1);
    SarsaLambda agent(s, world.spec(), 1, 1);
    train(agent, world, 3);
    CHECK(q(agent, 0) == Approx(0.5 * (1 + 2 * 0.25 + 3 * 0.0625)));
    CHECK(q(agent, 1) == Approx(0.5 * (2 + 3 * 0.25)));
    CHECK(q(agent, 2) == Approx(0.5 * 3));
  }
}

TEST_CASE("traces: a state visited twice by hand") {
  struct One final : FeatureMap {
    std::int32_t size() const override { return 3; }
    std::int32_t active() const override { return 1; }
    bool binary() const override { return true; }
    void encode(std::span<const float>, FeatureVector&) const override {}
  } map;
  FeatureVector state;
  state.add(2, 1);
  const auto twice = [&](TraceKind kind) {
    ActionValues values(map, 2, 0);
    Traces z(3, 2);
    z.visit(kind, state, 1, 0.5);
    z.decay(0.6);
    z.visit(kind, state, 1, 0.5);
    z.apply(values, 1);
    for (std::size_t i = 0; i < 5; ++i) CHECK(values.weights()[i] == 0);
    return values.weights()[5];
  };
  CHECK(twice(TraceKind::accumulating) == Approx(1.6));
  CHECK(twice(TraceKind::replacing) == Approx(1));
  CHECK(twice(TraceKind::dutch) == Approx(0.6 + 1 - 0.5 * 0.6));
}

TEST_CASE("q_lambda: traces are cut where an action was not greedy") {
  // Two actions of equal effect. Acting at random, the values of what came before move only where
  // every later action was greedy: with γλ = 1 and α = 1 the first episode is worked out below.
  QLambda::Settings s;
  s.lambda = 1;
  s.step_size = 1;
  s.exploration.epsilon = 1;
  int cut = 0, kept = 0;
  for (Seed seed = 0; seed < 40; ++seed) {
    auto world = make_line({0, 0, 7}, 2);
    QLambda agent(s, world.spec(), 1, seed);
    world.reset();
    TrainingLoop loop(world, 6);
    std::vector<int> actions;
    loop.before_step = [&](const Actions& a) { actions.push_back(a.discrete[0]); };
    agent.train(loop);
    const auto value = [&](int state, int action) {
      return action_values(agent, {static_cast<float>(state)}, 2)[static_cast<std::size_t>(action)];
    };
    // Episode 1: all values are 0, so every action is greedy and all three get the 7.
    // Episode 2: state 0 (max 7): δ = 0 if its action is known, else 7 for the new one; and so on.
    for (int state = 0; state < 3; ++state) {
      const auto i = static_cast<std::size_t>(state);
      CHECK(value(state, actions[i]) == Approx(7));
      CHECK(value(state, actions[i + 3]) == Approx(7));
      const bool fresh = actions[i + 3] != actions[i];
      cut += fresh;
      kept += !fresh;
    }
  }
  CHECK(cut > 20);
  CHECK(kept > 20);
}

TEST_CASE("dyna_q_plus: κ√τ for what was not tried for τ steps, and for what never was") {
  DynaQPlus::Settings s;
  s.kappa = 0.25;
  s.step_size = 1;
  s.discount = 0.5;
  s.planning_steps = 60;
  s.exploration.epsilon = 0;
  // Two steps: the pair of state 0 was last tried one step ago, that of state 1 just now.
  auto line = make_line({1, 4}, 1);
  DynaQPlus one(s, line.spec(), 1, 3);
  train(one, line, 2);
  CHECK(q(one, 1) == Approx(4));
  CHECK(q(one, 0) == Approx(1 + 0.25 + 0.5 * 4));
  // One step of two actions: the other one is modelled to lead back without reward.
  auto fork = make_line({1}, 2);
  DynaQPlus two(s, fork.spec(), 1, 3);
  train(two, fork, 1);
  const auto values = action_values(two, {0}, 2);
  CHECK(std::max(values[0], values[1]) == Approx(1));
  CHECK(std::min(values[0], values[1]) == Approx(0.25 + 0.5 * 1));
}

TEST_CASE("dyna_q: planning carries the last reward to the start within an episode") {
  DynaQ::Settings s;
  s.step_size = 1;
  s.discount = 0.5;
  s.planning_steps = 500;
  auto world = make_line({0, 0, 0, 16}, 1);
  DynaQ agent(s, world.spec(), 1, 3);
  train(agent, world, 4);
  CHECK(q(agent, 0) == Approx(2));
  s.planning_steps = 0;
  DynaQ plain(s, world.spec(), 1, 3);
  train(plain, world, 4);
  CHECK(q(plain, 0) == 0);
  CHECK(q(plain, 3) == Approx(16));
}

TEST_CASE("td_prediction: the error is that of the states that are acted in") {
  // Values stay at 0.5 while α = 0; the truth of the walk of 5 is 1/6 … 5/6 (example 6.2).
  TdPrediction::Settings s;
  s.initial_value = 0.5;
  s.step_size = 0;
  Batch<classic::RandomWalk> world(
      1, {}, 11, 1, [] { return classic::RandomWalk({.states = 5, .left_reward = 0}); });
  TdPrediction agent(s, world.spec(), 1, 1);
  world.reset();
  TrainingLoop loop(world, 200);
  agent.train(loop);
  REQUIRE(loop.episodes() > 0);
  CHECK(loop.last_report == Approx(std::sqrt((4 + 1 + 0 + 1 + 4) / 36.0 / 5)));
}

TEST_CASE("step_size: a schedule is followed, over all copies' steps") {
  // α falls from 1 to 0 over 10 steps: after that nothing moves.
  QLearning::Settings s;
  s.step_size = Schedule::linear(1, 0, 10);
  auto world = make_line({1, 4}, 1);
  QLearning agent(s, world.spec(), 1, 3);
  world.reset();
  TrainingLoop loop(world, 1);
  agent.train(loop);
  CHECK(q(agent, 0) == Approx(1));  // α = 1
  loop.continue_from(1, 0, 2);
  agent.train(loop);
  CHECK(q(agent, 1) == Approx(0.9 * 4));
  loop.continue_from(10, 0, 20);
  const auto before = saved(agent.policy());
  agent.train(loop);
  CHECK(saved(agent.policy()) == before);
}
