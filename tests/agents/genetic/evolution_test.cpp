#include "agents/genetic/evolution.h"

#include <doctest/doctest.h>

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
      : Evolution(std::vector<std::int64_t>{4}, false, spec, copies) {
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
}

TEST_CASE("evolution: a network of one layer by hand, discrete and in a box") {
  EnvironmentSpec spec;
  spec.observation = Space::box(std::vector<float>{0, -2}, std::vector<float>{4, 2});
  spec.action = Space::discrete(2);
  FlatNetwork discrete(spec, {});
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
  FlatNetwork box(spec, {});
  std::vector<float> values(4);
  box.act(genome, 2, seen, {}, {}, values);
  CHECK(values[0] == doctest::Approx(1 + std::tanh(1.5)));
  CHECK(values[1] == doctest::Approx(std::tanh(0.5)));
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
