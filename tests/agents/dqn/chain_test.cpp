// Two states with known values, for every way of learning values there is.
//
// Ended by the task (rewards 1 and 4, γ = 0.5): q(1) = 4 and q(0) = 3. Not ended but cut off after
// three steps: state 0 leads to state 1, which pays 1 and leads to itself, so q(1) = 2, q(0) = 1.
// Truncation taken for a termination would give q(1) = 1.33; bootstrapping from the restarted
// observation (state 0) instead of the true last one q(1) = 1.6.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "agents/dqn/dqn.h"
#include "agents/dqn/recurrent_dqn.h"
#include "learners/network/torsos.h"
#include "tests/agents/tabular/line.h"
#include "tests/agents/tabular/training_loop.h"

using namespace sandlot;
using doctest::Approx;

namespace {

class Stay final : public Environment {
 public:
  Stay() {
    spec_.name = "stay";
    spec_.observation = Space::discrete(2);
    spec_.action = Space::discrete(2);
    spec_.reward_high = 1;
  }
  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed) override { state_ = 0; }
  StepResult step(Action) override {
    const StepResult result{static_cast<float>(state_), Status::running};
    state_ = 1;
    return result;
  }
  void observe(std::span<float> out) const override { out[0] = static_cast<float>(state_); }
  void draw(Scene&) const override {}
  void save(Writer& out) const override { out.write(state_); }
  void load(Reader& in) override { in.read(state_); }

 private:
  EnvironmentSpec spec_;
  std::int32_t state_ = 0;
};

template <class S>
S chain_settings() {
  S s;
  auto linear = std::make_shared<TypedNetworkFactory<Mlp>>();
  linear->settings.hidden = {16};
  s.value_function.learner.set("mlp", linear);
  s.discount = 0.5;
  s.epsilon = 1;
  s.batch = 32;
  s.train_every = 1;
  s.learning_starts = 50;
  s.target.every = 50;
  s.optimizer.learning_rate = Schedule::linear(0.01, 0, 6000);
  s.replay.capacity = 2000;
  return s;
}

// Values of the two states where the task ends the episode, and where it is cut off.
struct Values {
  double ended[2], cut[2];
};

void check_values(Agent& agent, const double (&expected)[2]) {
  float q[2];
  for (const int state : {0, 1}) {
    const float seen = static_cast<float>(state);
    // A policy with a memory shows what it thought when it last acted, in an episode of its own.
    std::int32_t action;
    Random random(1);
    agent.policy().begin_episode(0);
    for (int s = 0; s <= state; ++s) {
      const float step = static_cast<float>(s);
      agent.policy().act(1, std::span(&step, 1), {}, std::span(&action, 1), {}, random);
    }
    REQUIRE(agent.policy().action_values(std::span(&seen, 1), q));
    CHECK(q[0] == Approx(expected[state]).epsilon(0.03));
    CHECK(q[1] == Approx(expected[state]).epsilon(0.03));
  }
}

template <class A, class S>
void check_chain(const S& settings, const Values& values = {{3, 4}, {1, 2}}) {
  for (const bool truncated : {false, true}) {
    CAPTURE(truncated);
    WrapperSettings wrappers;
    wrappers.step_limit = truncated ? 3 : 0;
    auto line = make_line({1, 4}, 2);
    Batch<Stay> stay(2, wrappers, 1, 1, [] { return Stay(); });
    VectorEnvironment& world = truncated ? static_cast<VectorEnvironment&>(stay) : line;
    world.reset();
    A agent(settings, world.spec(), world.size(), 3);
    TrainingLoop loop(world, 6000);
    agent.train(loop);
    check_values(agent, truncated ? values.cut : values.ended);
  }
}

}  // namespace

TEST_CASE("chain: a termination is worth nothing, a truncation what follows it") {
  using S = Dqn::Settings;
  const S plain = chain_settings<S>();
  SUBCASE("expected values") { check_chain<Dqn>(plain); }
  SUBCASE("three steps") {
    S s = plain;
    s.n_step = 3;
    check_chain<Dqn>(s);
  }
  SUBCASE("double, dueling, prioritized") {
    S s = plain;
    s.double_q = true;
    s.value_function.dueling = true;
    s.replay.prioritized = true;
    check_chain<Dqn>(s);
  }
  SUBCASE("C51") {
    S s = plain;
    s.value_function.head.kind = ValueKind::categorical;
    s.value_function.head.low = 0;
    s.value_function.head.high = 5;
    s.n_step = 2;
    check_chain<Dqn>(s);
  }
  SUBCASE("quantiles") {
    S s = plain;
    s.value_function.head.kind = ValueKind::quantile;
    s.value_function.head.atoms = 5;
    check_chain<Dqn>(s);
  }
  SUBCASE("noisy, soft target") {
    S s = plain;
    s.value_function.noisy = true;
    s.epsilon = 0.5;
    s.target = {1, 0.05};
    check_chain<Dqn>(s);
  }
  SUBCASE("Munchausen") {
    // Both actions are worth the same, so log π = −ln 2: with m = α min(τ ln 2, −floor) to pay for
    // each action, ended q(1) = 4 − m and q(0) = 1 − m + γ (q(1) + τ ln 2); cut off
    // q(1) = 1 − m + γ (q(1) + τ ln 2) and q(0) = q(1) − 1.
    S s = plain;
    s.double_q = false;
    s.munchausen.enabled = true;
    s.munchausen.temperature = 0.5;
    const double entropy = 0.5 * std::log(2.0);
    for (const double floor : {-1.0, -0.1}) {
      CAPTURE(floor);
      s.munchausen.floor = floor;
      const double m = s.munchausen.alpha * std::min(entropy, -floor);
      const double cut = 2 * (1 - m + 0.5 * entropy);
      check_chain<Dqn>(s, {{1 - m + 0.5 * (4 - m + entropy), 4 - m}, {cut - 1, cut}});
    }
  }
  SUBCASE("recurrent") {
    auto s = chain_settings<RecurrentDqn::Settings>();
    auto lstm = std::make_shared<TypedNetworkFactory<RecurrentTorso<Cell::lstm>>>();
    lstm->settings.hidden = {};
    lstm->settings.units = {8};
    s.value_function.learner.set("lstm", lstm);
    s.length = 6;
    s.burn_in = 2;
    s.n_step = 2;
    check_chain<RecurrentDqn>(s);
  }
}

TEST_CASE("nothing is learnt before learning_starts, and it is not made up for") {
  auto settings = chain_settings<Dqn::Settings>();
  settings.learning_starts = 100;
  settings.train_every = 4;
  auto world = make_line({1, 4}, 2);
  world.reset();
  Dqn agent(settings, world.spec(), 1, 3);
  class Counting final : public TrainingContext {
   public:
    Counting(VectorEnvironment& world, std::int64_t budget) : loop_(world, budget) {}
    VectorEnvironment& environment() override { return loop_.environment(); }
    bool proceed(Agent& agent) override { return loop_.proceed(agent); }
    void step(const Actions& actions) override { loop_.step(actions); }
    void count(std::int64_t steps, std::span<const EpisodeRecord> finished) override {
      loop_.count(steps, finished);
    }
    std::vector<Demonstration> demonstrations(std::span<const std::string>) override { return {}; }
    std::int64_t steps() const override { return loop_.steps(); }
    std::int64_t episodes() const override { return loop_.episodes(); }
    void report(std::string_view metric, double) override { updates += metric == "loss"; }
    int updates = 0;

   private:
    TrainingLoop loop_;
  };
  Counting before(world, 99);
  agent.train(before);
  CHECK(before.updates == 0);
  Dqn again(settings, world.spec(), 1, 3);
  world.reset();
  Counting after(world, 199);
  again.train(after);
  CHECK(after.updates == 25);  // steps 100 to 199, one in four
}
