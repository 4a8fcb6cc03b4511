#include "sim/core/perception.h"

#include <doctest/doctest.h>

#include <vector>

#include "sim/core/batch.h"
#include "tests/sim/core/counter.h"

using namespace sandlot;

namespace {

// Shows the count's half as cell 0, 1 or 2, and keeps all that it was taught.
class Thirds final : public Encoder {
 public:
  explicit Thirds(std::vector<float>& learnt) : learnt_(learnt) {}
  void fit(std::span<const float> rows) override { fitted_ = static_cast<int>(rows.size()); }
  void learn(std::span<const float> rows) override {
    learnt_.insert(learnt_.end(), rows.begin(), rows.end());
  }
  void encode(std::span<const float> from, std::span<float> to) const override {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = from[i] < 4 ? 0 : from[i] < 8 ? 1 : 2;
  }
  void save(Writer& out) const override { out.write(fitted_); }
  void load(Reader& in) override { in.read(fitted_); }

 private:
  std::vector<float>& learnt_;
  int fitted_ = 0;
};

// What is at least `from` is new.
class Above final : public NoveltyDetector {
 public:
  explicit Above(float from) : from_(from) {}
  void learn(std::span<const float>) override {}
  bool unfamiliar(std::span<const float> x) const override { return x[0] >= from_; }
  void save(Writer&) const override {}
  void load(Reader&) override {}

 private:
  float from_;
};

std::unique_ptr<VectorEnvironment> counters(int copies) {
  return std::make_unique<Batch<Counter>>(copies, WrapperSettings{}, 1, 1,
                                          [] { return Counter(); });
}

Perception perception(const Space& seen, Perception::Parts parts) {
  return Perception(Counter().spec().observation, seen, std::move(parts));
}

EnvironmentSpec seen_as(const Space& space) {
  EnvironmentSpec spec = Counter().spec();
  spec.observation = space;
  return spec;
}

// A policy whose action is the number that it sees.
class Echo final : public Policy {
 public:
  void act(int, std::span<const float> observations, std::span<const std::uint8_t>,
           std::span<std::int32_t> actions, std::span<float>, Random&) override {
    for (std::size_t i = 0; i < actions.size(); ++i)
      actions[i] = static_cast<std::int32_t>(observations[i]);
  }
  void save(Writer&) const override {}
  void load(Reader&) override {}
};

}  // namespace

TEST_CASE("the statistics of a normalised world stand still after normalize_steps") {
  Perception::Parts parts;
  parts.normalize = true;
  parts.normalize_steps = 6;
  const Space seen = Space::box({1}, -10, 10);
  Perception sense = perception(seen, std::move(parts));
  PerceivedEnvironment world(counters(2), seen_as(seen), sense);
  world.reset();
  const std::int32_t actions[] = {1, 2};
  const auto step = [&] { world.step({.discrete = actions, .continuous = {}}); };
  for (int t = 0; t < 2; ++t) step();
  const double before = sense.statistics()->mean(0);
  step();
  const double last = sense.statistics()->mean(0);
  CHECK(last != before);
  for (int t = 0; t < 5; ++t) step();
  CHECK(sense.statistics()->mean(0) == last);
}

TEST_CASE("an encoded world shows codes, and each observation is learnt from once") {
  std::vector<float> learnt;
  Perception::Parts parts;
  parts.encoder = std::make_unique<Thirds>(learnt);
  const Space seen = Space::discrete(3);
  Perception sense = perception(seen, std::move(parts));
  PerceivedEnvironment world(counters(1), seen_as(seen), sense);
  world.reset();
  std::vector<float> expected{learnt};
  REQUIRE(learnt.size() == 1);
  const std::int32_t actions[] = {2};
  float count = learnt[0];
  for (int t = 0; t < 12; ++t) {
    world.step({.discrete = actions, .continuous = {}});
    count += 3;
    expected.push_back(count);
    if (count >= 10) {
      CHECK(world.finished().size() == 1);
      CHECK(world.final_observations()[0] == 2);  // the true last one, encoded
      count = learnt.back();                      // the first of the next episode
      expected.push_back(count);
    }
    CHECK(world.observations()[0] == (count < 4 ? 0 : count < 8 ? 1 : 2));
  }
  CHECK(learnt == expected);

  Echo echo;
  PerceivingPolicy policy(echo, sense);
  const float counts[] = {1, 5, 9};
  std::int32_t chosen[3];
  Random random(1);
  policy.act(3, counts, {}, chosen, {}, random);
  CHECK(std::vector(chosen, chosen + 3) == std::vector<std::int32_t>{0, 1, 2});
}

TEST_CASE("nothing is learnt from a row that rests, and no bonus paid") {
  std::vector<float> learnt;
  Perception::Parts parts;
  parts.encoder = std::make_unique<Thirds>(learnt);
  parts.novelty = std::make_unique<Above>(-1.0f);
  parts.bonus = 0.5;
  const Space seen = Space::discrete(3);
  Perception sense = perception(seen, std::move(parts));
  PerceivedEnvironment world(counters(2), seen_as(seen), sense);
  world.reset();
  REQUIRE(learnt.size() == 2);
  const float second = learnt[1];
  const std::int32_t actions[] = {0, 0};
  const std::uint8_t resting[] = {1, 0};
  world.step({.discrete = actions, .resting = resting});
  REQUIRE(learnt.size() == 3);
  CHECK(learnt[2] == second + 1);
  CHECK(world.rewards()[0] == 0);
  CHECK(world.rewards()[1] == 1.5f);
}

TEST_CASE("a bonus is paid for where the step led, also at an episode's end, and not reported") {
  Perception::Parts parts;
  parts.novelty = std::make_unique<Above>(9.0f);
  parts.bonus = 0.5;
  const Space seen = Counter().spec().observation;
  Perception sense = perception(seen, std::move(parts));
  PerceivedEnvironment world(counters(1), seen_as(seen), sense);
  world.reset();
  float count = world.observations()[0];
  const std::int32_t actions[] = {2};
  int paid = 0;
  for (int t = 0; t < 12; ++t) {
    world.step({.discrete = actions, .continuous = {}});
    count += 3;
    CHECK(world.rewards()[0] == (count >= 9 ? 3.5f : 3.0f));
    paid += count >= 9;
    if (count >= 10) {
      CHECK(world.finished()[0].episode_return == 3 * world.finished()[0].length);
      count = world.observations()[0];
    }
  }
  CHECK(paid >= 3);
  const float far[] = {12}, near[] = {3};
  CHECK(sense.unfamiliar(far) == true);
  CHECK(sense.unfamiliar(near) == false);
  CHECK(perception(seen, {}).unfamiliar(far) == std::nullopt);
}
