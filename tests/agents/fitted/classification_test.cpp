// Policy iteration by classification of rollouts where the best actions are known.
#include <doctest/doctest.h>

#include "agents/fitted/classification_policy_iteration.h"
#include "tests/agents/fitted/setup.h"
#include "tests/agents/tabular/line.h"

using namespace sandlot;

namespace {

// A corridor of states 0 … 8; one action leads down, the other up. Either end ends it: reward 1 at
// the upper, 0 at the lower. Half of the starts are at 3, half at 5.
class Corridor final : public Environment {
 public:
  Corridor() {
    spec_.name = "corridor";
    spec_.observation = Space::discrete(9);
    spec_.action = Space::discrete(2);
    spec_.reward_high = 1;
  }
  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override { state_ = seed % 2 == 0 ? 3 : 5; }
  StepResult step(Action action) override {
    state_ += action.index == 1 ? 1 : -1;
    return {state_ == 8 ? 1.0f : 0.0f,
            state_ == 0 || state_ == 8 ? Status::terminated : Status::running};
  }
  void observe(std::span<float> out) const override { out[0] = static_cast<float>(state_); }
  void draw(Scene&) const override {}
  void save(Writer& out) const override { out.write(state_); }
  void load(Reader& in) override { in.read(state_); }

 private:
  EnvironmentSpec spec_;
  std::int32_t state_ = 3;
};

ClassificationPolicyIteration::Settings settings() {
  ClassificationPolicyIteration::Settings s;
  REQUIRE(s.classifier.choose(fitted_registry(), "decision_tree"));
  s.discount = 0.9;
  s.states = 60;
  s.sample_every = 1;
  s.rollouts = 30;
  s.horizon = 30;
  s.epsilon = 0.3;
  return s;
}

}  // namespace

// Up is better everywhere, for the random policy too.
TEST_CASE("classification policy iteration: finds the way up") {
  Batch<Corridor> world(3, {}, 1, 1, [] { return Corridor(); });
  ClassificationPolicyIteration agent(settings(), world.spec(), 3, 1);
  train(agent, world, 200000);  // some four iterations
  std::vector<std::int32_t> action(1);
  Random unused(0);
  for (int state = 1; state < 8; ++state) {
    CAPTURE(state);
    const std::vector<float> seen{static_cast<float>(state)};
    agent.policy().act(1, seen, {}, action, {}, unused);
    CHECK(action[0] == 1);
  }
}

// What a rollout does is undone: between two proceed() calls only steps that are told are made in
// the world, and all steps are counted.
TEST_CASE("classification policy iteration: rollouts leave the world as it was, and are counted") {
  Batch<Corridor> world(2, {}, 1, 1, [] { return Corridor(); });
  auto s = settings();
  s.states = 1000000;
  s.rollouts = 3;
  s.horizon = 4;
  s.sample_every = 2;
  ClassificationPolicyIteration agent(s, world.spec(), 2, 1);
  world.reset();
  TrainingLoop loop(world, 2000);
  std::int64_t own = 0, counted = 0;
  std::vector<std::byte> before;
  bool stepped = false;
  int comparisons = 0;
  loop.before_step = [&](const Actions&) { stepped = true, own += 2; };
  loop.between_steps = [&](Agent&) {
    const std::int64_t more = loop.steps() - counted;
    counted = loop.steps();
    if (!stepped && !before.empty()) {
      ++comparisons;
      REQUIRE(saved(world) == before);
      // Two actions, three rollouts each, of one to five steps in two rows.
      CHECK(more >= 2 * 3 * 1 * 2);
      CHECK(more <= 2 * 3 * 5 * 2);
    }
    stepped = false;
    before = saved(world);
  };
  agent.train(loop);
  CHECK(comparisons > 20);
  CHECK(own / 4 - comparisons <= 1);  // after every second step of the two rows
}

// Where all actions are alike no state is labelled, and the policy stays random.
TEST_CASE("classification policy iteration: no label where no action is better") {
  auto world = make_line({1, 2, 3}, 2);
  auto s = settings();
  s.states = 20;
  s.standard_errors = 0;
  ClassificationPolicyIteration agent(s, world.spec(), 1, 1);
  world.reset();
  TrainingLoop loop(world, 20000);
  loop.last_report = -1;
  agent.train(loop);
  CHECK(loop.last_report == 0);  // the share that was labelled
  const auto* policy = dynamic_cast<const ClassifierPolicy*>(&agent.policy());
  REQUIRE(policy != nullptr);
  CHECK_FALSE(policy->classifier().fitted());
}
