#include "agents/genetic/evolution.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "envs/classic/register.h"
#include "sim/core/registry.h"
#include "tests/agents/tabular/plain_training.h"

using namespace sandlot;

namespace {

std::unique_ptr<VectorEnvironment> world(const std::string& name, int copies, Seed seed) {
  static const Registry* registry = [] {
    auto* r = new Registry;
    register_classic(*r);
    return r;
  }();
  Slot<EnvironmentFactory> slot(name);
  REQUIRE(slot.choose(*registry, name));
  return slot->make_batch({}, copies, seed, 1);
}

// Remembers what it proposes, and what it is told.
class Listener final : public PopulationSearch {
 public:
  explicit Listener(std::size_t genes) : all_(4, static_cast<Eigen::Index>(genes)), best_(genes) {
    all_.setConstant(0.1f);
  }
  const Matrix& population() const override { return all_; }
  void tell(std::span<const double> fitness) override {
    told.emplace_back(fitness.begin(), fitness.end());
  }
  std::span<const float> best() const override { return best_; }
  double step_size() const override { return 0; }
  void save(Writer&) const override {}
  void load(Reader&) override {}
  std::vector<std::vector<double>> told;

 private:
  Matrix all_;
  std::vector<float> best_;
};

class Listening final : public Evolution {
 public:
  Listening(const EnvironmentSpec& spec, int copies)
      : Evolution({.hidden = {4}}, {}, spec, copies) {
    auto listener = std::make_unique<Listener>(network().size());
    search = listener.get();
    set_search(std::move(listener));
  }
  Listener* search;
};

}  // namespace

TEST_CASE(
    "evolution: equal genomes of a generation play equal episodes, the next generation others") {
  const auto worlds = world("cart_pole", 3, 1);
  worlds->reset();
  Listening agent(worlds->spec(), 3);
  PlainTraining training(*worlds, 1000);
  agent.train(training);
  REQUIRE(agent.search->told.size() >= 3);
  for (const auto& fitness : agent.search->told)
    for (const double f : fitness) CHECK(f == fitness[0]);
  CHECK(agent.search->told[0] != agent.search->told[1]);
  CHECK(training.episodes() == static_cast<std::int64_t>(12 * agent.search->told.size()));
  // A step of CartPole is worth 1; none is made, or counted, in a row whose episode has ended.
  double lengths = 0;
  for (const auto& fitness : agent.search->told)
    for (const double f : fitness) lengths += 3 * f;
  CHECK(static_cast<double>(training.steps()) == doctest::Approx(lengths));
}

TEST_CASE("evolution: individuals are dealt out in parts that shrink to single ones") {
  CHECK(dealt_parts(0, 2).empty());
  CHECK(dealt_parts(3, 8) == std::vector<std::size_t>{1, 2, 3});
  CHECK(dealt_parts(20, 2) == std::vector<std::size_t>{5, 9, 12, 14, 16, 17, 18, 19, 20});
  for (const int ranks : {1, 2, 3, 16})
    for (const std::size_t count : {1u, 7u, 60u, 1000u}) {
      CAPTURE(ranks);
      CAPTURE(count);
      const auto ends = dealt_parts(count, ranks);
      REQUIRE(ends.back() == count);
      std::size_t begin = 0, before = count;
      for (const std::size_t end : ends) {
        const std::size_t size = end - begin;
        CHECK(size >= 1);
        CHECK(size <= before);
        // Nobody gets more than half of what would be his share of what is left.
        CHECK((size - 1) * 2 * static_cast<std::size_t>(ranks) < count - begin);
        before = size, begin = end;
      }
    }
}

TEST_CASE("evolution: a network of one layer by hand, discrete and in a box") {
  EnvironmentSpec spec;
  spec.observation = Space::box(std::vector<float>{0, -2}, std::vector<float>{4, 2});
  spec.action = Space::discrete(2);
  FlatNetwork discrete(spec, {.hidden = {}});
  REQUIRE(discrete.size() == 6);
  // Inputs become (x − 2) / 2 and y / 2; outputs a = 2 x' + 0.5, b = y'.
  const std::vector<float> genome{2, 0, 0, 1, 0.5f, 0};
  const std::vector<float> seen{3, 1, 1, 2};
  std::vector<float> out(2);
  discrete.outputs(genome, std::span(seen).first(2), out);
  CHECK(out[0] == doctest::Approx(1.5));
  CHECK(out[1] == doctest::Approx(0.5));
  std::vector<std::int32_t> actions(2);
  discrete.act(genome, 2, seen, {}, actions, {});
  CHECK(actions == std::vector<std::int32_t>{0, 1});
  const std::vector<std::uint8_t> legal{0, 1, 1, 0};
  discrete.act(genome, 2, seen, legal, actions, {});
  CHECK(actions == std::vector<std::int32_t>{1, 0});
  spec.action = Space::box(std::vector<float>{0, -1}, std::vector<float>{2, 1});
  FlatNetwork box(spec, {.hidden = {}});
  std::vector<float> values(4);
  box.act(genome, 2, seen, {}, {}, values);
  CHECK(values[0] == doctest::Approx(1 + std::tanh(1.5)));
  CHECK(values[1] == doctest::Approx(std::tanh(0.5)));
}

TEST_CASE("evolution: a row's outputs are those of plain sums, and do not depend on other rows") {
  // The same by loops, in double: hidden layers of 19 and 5, which see what they held before.
  const auto plain = [](std::span<const float> genome, std::span<const float> seen,
                        std::vector<std::vector<double>>& memory) {
    std::vector<double> x(seen.begin(), seen.end());
    std::size_t at = 0;
    for (const std::size_t units : {19u, 5u, 3u}) {
      std::vector<double> sums(units);
      for (std::size_t i = 0; i < x.size(); ++i)
        for (double& sum : sums) sum += static_cast<double>(genome[at++]) * x[i];
      for (double& sum : sums) sum += static_cast<double>(genome[at++]);
      if (units == 3) return sums;
      std::vector<double>& past = memory[units == 19 ? 0 : 1];
      for (std::size_t i = 0; i < units; ++i)
        for (double& sum : sums) sum += static_cast<double>(genome[at++]) * past[i];
      for (double& sum : sums) sum = std::tanh(sum);
      x = past = sums;
    }
    return x;
  };
  constexpr std::size_t kInputs = 7, kOutputs = 3;
  constexpr float kEndless = std::numeric_limits<float>::infinity();
  EnvironmentSpec spec;
  spec.observation = Space::box({kInputs}, -kEndless, kEndless);
  spec.action = Space::box({kOutputs}, -kEndless, kEndless);
  for (const std::size_t rows : {1u, 12u, 13u, 16u, 45u}) {
    FlatNetwork many(spec, {.hidden = {19, 5}, .recurrent = true});
    FlatNetwork one = many;
    Random random(rows);
    std::vector<float> genome(many.size()), seen(rows * kInputs), all(rows * kOutputs);
    for (float& gene : genome) gene = static_cast<float>(random.normal() / 2);
    std::vector<std::vector<double>> memory{std::vector<double>(19), std::vector<double>(5)};
    const std::size_t watched = rows - 1;
    for (int step = 0; step < 5; ++step) {
      if (step == 3) {
        many.forget(static_cast<int>(watched));
        one.forget(0);
        for (auto& past : memory) std::fill(past.begin(), past.end(), 0.0);
      }
      for (float& value : seen) value = static_cast<float>(random.normal());
      many.act(genome, static_cast<int>(rows), seen, {}, {}, all);
      const auto row = std::span(seen).subspan(watched * kInputs, kInputs);
      std::vector<float> alone(kOutputs);
      one.act(genome, 1, row, {}, {}, alone);
      const auto expected = plain(genome, row, memory);
      for (std::size_t i = 0; i < kOutputs; ++i) {
        CHECK(all[watched * kOutputs + i] == alone[i]);
        CHECK(alone[i] == doctest::Approx(expected[i]).epsilon(1e-4));
      }
    }
  }
}

TEST_CASE(
    "evolution: without bias what is mirrored gives the mirrored outputs; unscaled is as seen") {
  EnvironmentSpec spec;
  spec.observation = Space::box(std::vector<float>{-4, -4}, std::vector<float>{4, 4});
  spec.action = Space::discrete(2);
  FlatNetwork odd(spec, {.hidden = {5}, .bias = false});
  REQUIRE(odd.size() == 2 * 5 + 5 * 2);
  Random random(1);
  std::vector<float> genome(odd.size()), out(2), mirrored(2);
  for (float& gene : genome) gene = static_cast<float>(random.normal());
  odd.outputs(genome, std::vector<float>{0.3f, -1}, out);
  odd.outputs(genome, std::vector<float>{-0.3f, 1}, mirrored);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(out[i] == -mirrored[i]);
    CHECK(out[i] != 0);
  }
  const std::vector<float> weights{2, 0, 0, 1}, seen{1, 3};
  FlatNetwork raw(spec, {.hidden = {}, .bias = false, .scaled = false});
  raw.outputs(weights, seen, out);
  CHECK(out == std::vector<float>{2, 3});
  FlatNetwork scaled(spec, {.hidden = {}, .bias = false});
  scaled.outputs(weights, seen, out);
  CHECK(out == std::vector<float>{0.5f, 0.75f});
}

TEST_CASE("evolution: many rows choose as one does, the first of equal outputs") {
  constexpr std::size_t kRows = 37;
  constexpr float kEndless = std::numeric_limits<float>::infinity();
  EnvironmentSpec spec;
  spec.observation = Space::box({4}, -kEndless, kEndless);
  spec.action = Space::discrete(5);
  FlatNetwork network(spec, {.hidden = {6}});
  Random random(1);
  std::vector<float> genome(network.size()), seen(kRows * 4);
  for (float& gene : genome) gene = static_cast<float>(random.normal());
  // Outputs 1 and 3 are equal, whatever is seen.
  for (std::size_t g = network.size() - 35; g < network.size(); g += 5)
    genome[g + 3] = genome[g + 1];
  for (float& value : seen) value = static_cast<float>(random.normal());
  std::vector<std::int32_t> many(kRows), one(1);
  network.act(genome, kRows, seen, {}, many, {});
  std::vector<int> counts(5);
  for (std::size_t row = 0; row < kRows; ++row) {
    network.act(genome, 1, std::span(seen).subspan(row * 4, 4), {}, one, {});
    CHECK(many[row] == one[0]);
    ++counts[static_cast<std::size_t>(one[0])];
  }
  CHECK(counts[1] > 0);
  CHECK(counts[3] == 0);
}

TEST_CASE("evolution: worlds that it cannot learn in are refused") {
  struct Collect final : Issues {
    std::string all;
    void add(std::string_view, std::string_view message) override { all += message; }
  } issues;
  EnvironmentSpec spec;
  spec.observation = Space::discrete(4);
  spec.action = Space::discrete(2);
  spec.step_limit = 10;
  check_evolution(spec, issues);
  CHECK(issues.all == "evolves networks, which need observations in a box");
}
