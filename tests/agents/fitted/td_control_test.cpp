// TD control with a table as its regressor against the updates of the textbook on the same steps.
#include "agents/fitted/td_control.h"

#include <doctest/doctest.h>

#include "tests/agents/fitted/samples.h"
#include "tests/agents/fitted/setup.h"
#include "tests/agents/tabular/line.h"

using namespace sandlot;
using doctest::Approx;

namespace {

// Half of the way from what it said to what it is shown, state by state.
class HalfWay final : public Regressor {
 public:
  struct Settings {
    void fields(Fields&) {}
    void check(const Space&, Issues&) const {}
  };
  static constexpr LearnerFacts kFacts{.incremental = true};
  HalfWay(const Settings&, const Space& input, int outputs, Seed)
      : Regressor(input, outputs), values_(static_cast<std::size_t>(input.n)) {}

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> w) override {
    std::fill(values_.begin(), values_.end(), 0.0f);
    do_partial_fit(x, y, w);
  }
  void do_partial_fit(const MatrixView& x, const MatrixView& y, std::span<const float>) override {
    for (Eigen::Index i = 0; i < x.rows(); ++i) at(x(i, 0)) += 0.5f * (y(i, 0) - at(x(i, 0)));
  }
  Matrix do_predict(const MatrixView& x) const override {
    Matrix y(x.rows(), 1);
    for (Eigen::Index i = 0; i < x.rows(); ++i)
      y(i, 0) = values_[static_cast<std::size_t>(x(i, 0))];
    return y;
  }
  void do_save(Writer& out) const override { out.write(values_); }
  void do_load(Reader& in) override { in.read(values_); }

 private:
  float& at(float state) { return values_[static_cast<std::size_t>(state)]; }
  std::vector<float> values_;
};

TdControl::Settings settings(TdMethod method, double epsilon) {
  TdControl::Settings s;
  s.values.learner.set("half_way", std::make_shared<TypedRegressorFactory<HalfWay>>());
  s.method = method;
  s.discount = 0.9;
  s.epsilon = epsilon;
  return s;
}

constexpr int kActions = 4;

// The mean of q under ε-greedy; how ties are broken does not count.
double expectation(const double* q, double epsilon) {
  const double best = *std::max_element(q, q + kActions);
  double sum = 0;
  for (int a = 0; a < kActions; ++a) sum += q[a];
  return epsilon * sum / kActions + (1 - epsilon) * best;
}

}  // namespace

TEST_CASE("td control: with a table it is Q-learning, SARSA and Expected SARSA") {
  constexpr double kEpsilon = 0.2;
  for (const TdMethod method : {TdMethod::q_learning, TdMethod::sarsa, TdMethod::expected_sarsa}) {
    CAPTURE(static_cast<int>(method));
    FittedSetup setup("{name: cliff_walking}", "{name: fitted_q}");
    TdControl agent(settings(method, kEpsilon), setup.world->spec(), 1, 7);
    std::vector<Sample> samples;
    TrainingLoop loop(*setup.world, 3000);
    record(loop, samples);
    agent.train(loop);
    std::vector<double> q(48 * kActions);
    int ends = 0;
    // SARSA's A' is the action of the next step.
    for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
      const Sample& s = samples[i];
      const double* next = &q[static_cast<std::size_t>(s.next * kActions)];
      double follows = 0;
      if (method == TdMethod::q_learning) follows = *std::max_element(next, next + kActions);
      if (method == TdMethod::sarsa) follows = next[samples[i + 1].action];
      if (method == TdMethod::expected_sarsa) follows = expectation(next, kEpsilon);
      double& value = q[static_cast<std::size_t>(s.state * kActions + s.action)];
      value += 0.5 * (s.reward + (s.terminated ? 0 : 0.9 * follows) - value);
      ends += s.terminated;
    }
    REQUIRE(ends > 10);
    const Sample& last = samples.back();  // the only update that is not compared
    for (int state = 0; state < 48; ++state) {
      const auto values = action_values(agent, {static_cast<float>(state)}, kActions);
      for (int a = 0; a < kActions; ++a)
        if (state != last.state || a != last.action)
          CHECK(static_cast<double>(values[static_cast<std::size_t>(a)]) ==
                Approx(q[static_cast<std::size_t>(state * kActions + a)]).epsilon(1e-4).scale(1));
    }
  }
}

// A line of rewards 1 and 4, γ = 0.9, cut off after one step: state 1 is never acted in, so that
// q(1) = 0 and q(0) → 1 + 0.9 · 0, where the observation after the restart would give 1 + 0.9 q(0)
// = 10; ended by the task it is 1 + 0.9 · 4.
TEST_CASE("td control: the last observation of an episode counts, and what ends is worth nothing") {
  for (const std::int64_t replay : {0, 50}) {
    for (const bool truncated : {false, true}) {
      CAPTURE(replay);
      CAPTURE(truncated);
      auto world = make_line({1, 4}, 2, truncated ? 1 : 0);
      TdControl::Settings s = settings(TdMethod::q_learning, 1);
      s.replay = replay;
      TdControl agent(s, world.spec(), 1, 3);
      train(agent, world, 400);
      for (const float value : action_values(agent, {0}, 2))
        CHECK(static_cast<double>(value) == Approx(truncated ? 1 : 4.6));
      for (const float value : action_values(agent, {1}, 2))
        CHECK(static_cast<double>(value) == Approx(truncated ? 0 : 4));
    }
  }
}

TEST_CASE("td control: a full memory forgets the oldest") {
  auto world = make_line({1, 2, 3, 4, 5}, 1);
  Transitions memory(world.spec(), 3);
  world.reset();
  for (int step = 0; step < 5; ++step) {
    const std::vector<float> before(world.observations().begin(), world.observations().end());
    const std::vector<std::int32_t> action{0};
    world.step({.discrete = action, .continuous = {}});
    memory.add(before, action, world);
  }
  CHECK(memory.size() == 3);
  CHECK(std::vector<float>(memory.rewards().begin(), memory.rewards().end()) ==
        std::vector<float>{4, 5, 3});
  CHECK(memory.state(1)[0] == 4);
  CHECK(memory.next_state(1)[0] == 5);  // not the 0 that follows in the world
  CHECK(memory.terminated()[1] == 1);
  Writer out;
  memory.save(out);
  Transitions loaded(world.spec(), 3), small(world.spec(), 2);
  Reader in(out.bytes()), again(out.bytes());
  loaded.load(in);
  CHECK(saved(loaded) == saved(memory));
  CHECK_THROWS_AS(small.load(again), ArchiveError);
}

// Damaged networks may learn numbers that are not finite, so that the test of all agents has none
// here.
TEST_CASE("td control: a network learns on with the same bytes after a break") {
  const auto setup = [] {
    return FittedSetup("{name: mountain_car, copies: 2, wrappers: {step_limit: 23}}",
                       "{name: td_control, method: expected_sarsa, replay: 60, batch: 8, "
                       "train_every: 3, value_function: {learner: mlp, hidden: [8]}}");
  };
  FittedSetup whole = setup(), first = setup(), second = setup();
  TrainingLoop all(*whole.world, 400), before(*first.world, 150), after(*second.world, 0);
  whole.agent->train(all);
  first.agent->train(before);
  Writer middle;
  first.world->save(middle);
  first.agent->save(middle);
  Reader in(middle.bytes());
  second.world->load(in);
  second.agent->load(in);
  after.continue_from(before.steps(), before.episodes(), 400);
  second.agent->train(after);
  CHECK(saved(*second.agent) == saved(*whole.agent));
  CHECK(saved(*second.world) == saved(*whole.world));
}
