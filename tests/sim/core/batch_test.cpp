#include "sim/core/batch.h"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "tests/sim/core/counter.h"

using namespace sandlot;

namespace {

struct Trace {
  std::vector<float> values;
  bool operator==(const Trace&) const = default;
};

Trace play(VectorEnvironment& batch, int steps, int offset = 0) {
  Trace trace;
  std::vector<std::int32_t> actions(static_cast<std::size_t>(batch.size()));
  for (int t = 0; t < steps; ++t) {
    for (std::size_t i = 0; i < actions.size(); ++i)
      actions[i] = static_cast<std::int32_t>((i + static_cast<std::size_t>(t + offset)) % 3);
    batch.step({.discrete = actions, .continuous = {}});
    for (const float x : batch.observations()) trace.values.push_back(x);
    for (const float x : batch.rewards()) trace.values.push_back(x);
    for (const auto& e : batch.finished())
      trace.values.push_back(static_cast<float>(e.episode_return));
  }
  return trace;
}

Counter make() { return Counter(); }

}  // namespace

TEST_CASE("auto-reset keeps the true last observation and tells the end apart") {
  WrapperSettings wrappers;
  wrappers.step_limit = 4;
  Batch<Counter> batch(1, wrappers, 1, 1, make);
  batch.reset();
  const float start = batch.observations()[0];
  const std::int32_t one[] = {0};
  for (int t = 0; t < 4; ++t) batch.step({.discrete = one, .continuous = {}});
  CHECK(batch.statuses()[0] == Status::truncated);
  CHECK(batch.final_observations()[0] == start + 4);
  CHECK(batch.observations()[0] < 3);
  REQUIRE(batch.finished().size() == 1);
  CHECK(batch.finished()[0].episode_return == 4);
  CHECK(batch.finished()[0].length == 4);
}

TEST_CASE("an end in the very step of the limit is the task's own end") {
  WrapperSettings wrappers;
  wrappers.step_limit = 4;
  wrappers.action_repeat = 5;
  Batch<Counter> batch(1, wrappers, 1, 1, make);
  batch.reset();
  const std::int32_t slow[] = {0};
  batch.step({.discrete = slow, .continuous = {}});
  batch.step({.discrete = slow, .continuous = {}});
  CHECK(batch.statuses()[0] == Status::terminated);

  wrappers.step_limit = 2;
  Batch<Counter> tight(1, wrappers, 1, 1, make);
  tight.reset();
  tight.step({.discrete = slow, .continuous = {}});
  tight.step({.discrete = slow, .continuous = {}});
  CHECK(tight.statuses()[0] == Status::terminated);
}

TEST_CASE("rows are the same with any number of threads") {
  const WrapperSettings wrappers;
  Batch<Counter> one(7, wrappers, 3, 1, make), three(7, wrappers, 3, 3, make);
  one.reset();
  three.reset();
  CHECK(play(one, 50) == play(three, 50));
}

TEST_CASE("a batch saved in mid-episode goes on the same") {
  WrapperSettings wrappers;
  wrappers.sticky_actions = 0.3;
  wrappers.frame_stack = 3;
  Batch<Counter> batch(4, wrappers, 9, 1, make), other(4, wrappers, 9, 1, make);
  batch.reset();
  other.reset();
  play(batch, 13);
  Writer out;
  batch.save(out);
  Reader in(out.bytes());
  other.load(in);
  CHECK(in.remaining() == 0);
  CHECK(play(batch, 40, 13) == play(other, 40, 13));
}

TEST_CASE("rows that rest stay as they are, and the others do what they would have done") {
  const WrapperSettings wrappers;
  Batch<Counter> all(3, wrappers, 5, 1, make), some(3, wrappers, 5, 3, make);
  all.reset();
  some.reset();
  // What a resting row is told to do is not looked at: 7 is no action.
  const std::int32_t actions[] = {0, 1, 2}, others[] = {0, 7, 2};
  const std::uint8_t resting[] = {0, 1, 0};
  const float held = some.observations()[1];
  int ended = 0;
  for (int t = 0; t < 30; ++t) {
    all.step({.discrete = actions});
    some.step({.discrete = others, .resting = resting});
    for (const int row : {0, 2}) {
      const auto i = static_cast<std::size_t>(row);
      CHECK(some.observations()[i] == all.observations()[i]);
      CHECK(some.rewards()[i] == all.rewards()[i]);
      CHECK(some.statuses()[i] == all.statuses()[i]);
    }
    CHECK(some.observations()[1] == held);
    CHECK(some.rewards()[1] == 0);
    CHECK(some.statuses()[1] == Status::running);
    for (const EpisodeRecord& record : some.finished()) {
      CHECK(record.row != 1);
      ++ended;
    }
  }
  CHECK(ended >= 10);
  CHECK_THROWS_WITH(some.step({.discrete = actions, .resting = std::span(resting).first(2)}),
                    "counter: a step of 3 rows says of 2 whether they rest");
}

TEST_CASE("frames are stacked oldest first and start filled") {
  WrapperSettings wrappers;
  wrappers.frame_stack = 3;
  Batch<Counter> batch(1, wrappers, 1, 1, make);
  batch.reset();
  const float start = batch.observations()[0];
  const std::int32_t two[] = {1};
  batch.step({.discrete = two, .continuous = {}});
  CHECK(batch.observations()[0] == start);
  CHECK(batch.observations()[1] == start);
  CHECK(batch.observations()[2] == start + 2);
  CHECK(batch.spec().observation.shape == std::vector<int>{3, 1});
}

TEST_CASE("the previous action is part of the observation, and of each stacked frame") {
  WrapperSettings wrappers;
  wrappers.previous_action = true;
  wrappers.frame_stack = 2;
  wrappers.step_limit = 3;
  Batch<Counter> batch(1, wrappers, 1, 1, make);
  CHECK(batch.spec().observation.shape == std::vector<int>{2, 4});
  batch.reset();
  const float start = batch.observations()[0];
  const auto seen = [](std::span<const float> x) { return std::vector(x.begin(), x.end()); };
  CHECK(seen(batch.observations()) == std::vector<float>{start, 0, 0, 0, start, 0, 0, 0});
  std::int32_t action[] = {2};
  batch.step({.discrete = action, .continuous = {}});
  CHECK(seen(batch.observations()) == std::vector<float>{start, 0, 0, 0, start + 3, 0, 0, 1});
  action[0] = 0;
  batch.step({.discrete = action, .continuous = {}});
  CHECK(seen(batch.observations()) == std::vector<float>{start + 3, 0, 0, 1, start + 4, 1, 0, 0});
  batch.step({.discrete = action, .continuous = {}});
  CHECK(seen(batch.final_observations()) ==
        std::vector<float>{start + 4, 1, 0, 0, start + 5, 1, 0, 0});
  CHECK(batch.observations()[1] + batch.observations()[5] == 0);

  EnvironmentSpec spec;
  spec.action = Space::discrete(2);
  spec.action_names = {"left", "right"};
  spec.observation = Space::box({2}, -3, 3);
  spec.observation_names = {"x", "y"};
  wrappers.frame_stack = 1;
  const EnvironmentSpec wrapped = wrap_spec(spec, wrappers);
  CHECK(wrapped.observation == Space::box({-3, -3, 0, 0}, {3, 3, 1, 1}));
  CHECK(wrapped.observation_names == std::vector<std::string>{"x", "y", "did left", "did right"});
}

TEST_CASE("a quantum is kept by stacking") {
  WrapperSettings wrappers;
  wrappers.frame_stack = 3;
  EnvironmentSpec spec;
  spec.action = Space::discrete(2);
  spec.observation = Space::box({2, 4, 4}, -1, 1).quantized(1.0f / 64);
  CHECK(wrap_spec(spec, wrappers).observation == Space::box({6, 4, 4}, -1, 1).quantized(1.0f / 64));
  spec.observation = Space::discrete(256);
  CHECK(wrap_spec(spec, wrappers).observation.quantum == 1);
  spec.observation = Space::discrete(257);
  CHECK(wrap_spec(spec, wrappers).observation.quantum == 0);
  spec.observation = Space::box({1}, 0, 20);
  CHECK(wrap_spec(spec, wrappers).observation.quantum == 0);
}

TEST_CASE("a quantized box contains its steps alone") {
  const Space space = Space::box({1}, -1, 1).quantized(0.25f);
  for (const float inside : {-1.0f, -0.75f, 0.0f, 1.0f}) CHECK(space.contains(&inside));
  for (const float outside : {-1.25f, 0.1f, 1.25f, std::nanf("")})
    CHECK_FALSE(space.contains(&outside));
  CHECK_THROWS_WITH_AS(Space::box({1}, 0, 256).quantized(1),
                       "256 values of that quantum do not reach from low to high",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(Space::discrete(4).quantized(1), "a quantum belongs to a box and is above 0",
                       std::invalid_argument);
  CHECK_THROWS_AS(Space::box({1}, 0, 1).quantized(0), std::invalid_argument);
  CHECK(Space::box({1}, 0, 255).quantized(1).fits_bytes());
  CHECK(Space::discrete(256).fits_bytes());
  CHECK_FALSE(Space::discrete(257).fits_bytes());
  CHECK_FALSE(Space::box({1}, 0, 255).fits_bytes());
}

TEST_CASE("clipping changes what is learnt from, not what is reported") {
  WrapperSettings wrappers;
  wrappers.reward_scale = 2;
  wrappers.reward_clip = {-1, 1};
  wrappers.step_limit = 2;
  Batch<Counter> batch(1, wrappers, 1, 1, make);
  batch.reset();
  const std::int32_t two[] = {1};
  batch.step({.discrete = two, .continuous = {}});
  CHECK(batch.rewards()[0] == 1);
  batch.step({.discrete = two, .continuous = {}});
  CHECK(batch.finished()[0].episode_return == 4);
  CHECK(batch.spec().reward_high == 1);
}

TEST_CASE("actions outside the space are refused by name") {
  Batch<Counter> batch(1, {}, 1, 1, make);
  batch.reset();
  const std::int32_t bad[] = {3};
  CHECK_THROWS_WITH(batch.step({.discrete = bad, .continuous = {}}),
                    "counter: action 3 is outside 0…2");
  CHECK_THROWS_WITH(batch.step({}), "counter: a step of 1 rows takes 1 indices, not 0");
}

TEST_CASE("sticky actions repeat the action before, at their rate") {
  WrapperSettings wrappers;
  wrappers.sticky_actions = 0.25;
  Batch<Counter> batch(1, wrappers, 5, 1, make);
  batch.reset();
  int repeated = 0, asked = 0;
  std::int32_t action[] = {0};
  for (int t = 0; t < 4000; ++t) {
    action[0] = t % 2 == 0 ? 0 : 2;
    const bool first = t == 0 || batch.statuses()[0] != Status::running;
    batch.step({.discrete = action, .continuous = {}});
    if (first) continue;
    ++asked;
    repeated += batch.rewards()[0] != static_cast<float>(action[0] + 1);
  }
  // Alternating 0 and 2, a repeat shows unless the step before was itself repeated.
  CHECK(repeated > 0.15 * asked);
  CHECK(repeated < 0.30 * asked);
}

namespace {

// Says what to do: always the same.
class Advising final : public Environment {
 public:
  Advising() : spec_(inner_.spec()) { spec_.gives_advice = true; }
  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override { inner_.reset(seed); }
  StepResult step(Action action) override { return inner_.step(action); }
  void observe(std::span<float> out) const override { inner_.observe(out); }
  std::int32_t advised_action() const override { return 2; }
  void draw(Scene&) const override {}
  void save(Writer& out) const override { inner_.save(out); }
  void load(Reader& in) override { inner_.load(in); }

 private:
  Counter inner_;
  EnvironmentSpec spec_;
};

}  // namespace

TEST_CASE("a world's player by rules is asked through its wrappers; most worlds have none") {
  const Batch<Advising> advising(1, {}, 1, 1, [] { return Advising(); });
  CHECK(advising.spec().gives_advice);
  CHECK(advising.environment(0).advised_action() == 2);
  const Batch<Counter> batch(1, {}, 1, 1, make);
  CHECK_FALSE(batch.spec().gives_advice);
  CHECK_THROWS_WITH_AS(batch.environment(0).advised_action(),
                       "counter has no player by rules that could say what to do",
                       std::logic_error);
}
