// The examples of docs/adding.md work, and the document shows them as they are.
#include <doctest/doctest.h>

#include <set>

#include "agents/tabular/register.h"
#include "sim/config/experiment_config.h"
#include "sim/experiment/training.h"
#include "tests/docs/adding_agent.h"
#include "tests/docs/adding_feature_map.h"
#include "tests/docs/adding_world.h"
#include "tests/docs/files.h"

using namespace sandlot;

namespace {

void register_examples(Registry& registry) {
  registry.add_environment<examples::MoonDrop>("moon_drop", "Come down softly, with little fuel");
  registry.add_agent<examples::SoftmaxQ>("softmax_q", "Q-learning that explores by a softmax");
  add_feature_map<examples::Interpolation>(registry, "interpolation", "Corners of a grid's cell");
}

const Registry& registered() {
  static const Registry* registry = [] {
    auto* all = new Registry;
    register_examples(*all);
    register_tabular(*all);
    return all;
  }();
  return *registry;
}

ExperimentConfig example_config(const std::vector<std::string>& overrides = {}) {
  return parse_config(registered(), source_text("tests/docs/moon_drop.yaml"),
                      "tests/docs/moon_drop.yaml", overrides)
      .front();
}

double greedy_return(const ExperimentConfig& config, std::int64_t seed) {
  TrainingRun run(registered(), config, seed, {});
  return run.run().evaluation.mean_return();
}

std::vector<std::byte> bytes_of(const Environment& world) {
  Writer out;
  world.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

}  // namespace

TEST_CASE("the three examples learn together") {
  const ExperimentConfig config = example_config();
  const double learnt = greedy_return(config, 1);
  // Seeds 1 to 20 end between 7.9 and 8.8; a craft that only falls has -10.
  CHECK(learnt > 7);
  CHECK(greedy_return(config, 1) == learnt);
}

TEST_CASE("the example world goes on from what it saved, and refuses what it cannot have saved") {
  examples::MoonDrop world({}), other({});
  world.reset(3);
  Random random(1);
  for (int i = 0; i < 20; ++i) world.step({.index = static_cast<int>(random.below(2))});
  const auto saved = bytes_of(world);
  Reader in(saved);
  other.load(in);
  CHECK(in.remaining() == 0);
  StepResult a, b;
  int steps = 0;
  do {
    const Action action{.index = static_cast<int>(random.below(4) == 0)};
    a = world.step(action);
    b = other.step(action);
    CHECK(a.reward == b.reward);
    CHECK(a.status == b.status);
    CHECK(bytes_of(world) == bytes_of(other));
  } while (a.status == Status::running && ++steps < 1000);
  CHECK(a.status == Status::terminated);

  auto broken = saved;
  broken[3] = std::byte{0x7f};  // the exponent of the height
  Reader damaged(broken);
  CHECK_THROWS_AS(other.load(damaged), ArchiveError);
  Reader cut{std::span(saved).first(saved.size() - 1)};
  CHECK_THROWS_AS(other.load(cut), ArchiveError);
}

TEST_CASE("the example agent goes on from what it saved") {
  const ExperimentConfig config = example_config({"training.steps=2000"});
  const auto agent_bytes = [](TrainingRun& run) {
    Writer out;
    run.agent().save(out);
    return std::vector<std::byte>(out.bytes().begin(), out.bytes().end());
  };
  TrainingRun run(registered(), config, 1, {}), fresh(registered(), config, 2, {});
  run.run();
  const auto saved = agent_bytes(run);
  CHECK(agent_bytes(fresh) != saved);
  Reader in(saved);
  fresh.agent().load(in);
  CHECK(in.remaining() == 0);
  CHECK(agent_bytes(fresh) == saved);
  Reader cut{std::span(saved).first(saved.size() / 2)};
  CHECK_THROWS_AS(fresh.agent().load(cut), ArchiveError);
}

TEST_CASE("the example features are multilinear: they sum to 1 and give back a plane") {
  examples::Interpolation::Settings settings;
  settings.knots = 5;
  const examples::Interpolation map(settings, Space::box({0, -2}, {1, 2}));
  CHECK(map.size() == 25);
  FeatureVector features;
  Random random(7);
  for (int i = 0; i < 1000; ++i) {
    const float x = random.uniform_float(), y = 4 * random.uniform_float() - 2;
    map.encode(std::vector<float>{x, y}, features);
    CHECK(features.index.size() <= static_cast<std::size_t>(map.active()));
    double sum = 0, plane = 0;
    for (std::size_t k = 0; k < features.index.size(); ++k) {
      const int knot = features.index[k];
      sum += features.value[k];
      plane += features.value[k] * (3 * (knot / 5) / 4.0 - 2 * ((knot % 5) - 2));
    }
    CHECK(sum == doctest::Approx(1));
    CHECK(plane == doctest::Approx(3.0 * x - 2.0 * y));
  }
}

TEST_CASE("wrong settings of the examples are refused with their path") {
  const auto refused = [](const std::string& override_text) {
    try {
      example_config({override_text});
    } catch (const ConfigError& e) {
      return e.problems.front().path + ": " + e.problems.front().message;
    }
    return std::string("accepted");
  };
  CHECK(refused("agent.value_function.knots=900").starts_with("accepted"));
  CHECK(refused("agent.value_function.knots=1") ==
        "agent.value_function.knots: expected a whole number between 2 and 1000, not '1'");
  CHECK(refused("environment.gusts=1") ==
        "environment.gusts: expected a number between 0 and 0.01, not '1'");
}

TEST_CASE("docs/adding.md shows the examples as they are") {
  const std::string text = source_text("docs/adding.md");
  // A block follows the line that names its file: `tests/docs/adding_world.h`:
  std::set<std::string> shown;
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i + 2 < lines.size(); ++i) {
    if (!lines[i].starts_with("`tests/docs/") || !lines[i].ends_with("`:")) continue;
    const std::string file = lines[i].substr(1, lines[i].size() - 3);
    REQUIRE(lines[i + 1].empty());
    REQUIRE(lines[i + 2].starts_with("```"));
    const auto expected = lines_of(source_text(file));
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const std::size_t at = i + 3 + k;
      REQUIRE(at < lines.size());
      INFO("docs/adding.md:" << at + 1 << " differs from " << file << ":" << k + 1);
      REQUIRE(lines[at] == expected[k]);
    }
    INFO("docs/adding.md shows more than " << file << " holds");
    REQUIRE(lines[i + 3 + expected.size()] == "```");
    shown.insert(file);
  }
  CHECK(shown == std::set<std::string>{"tests/docs/adding_agent.h",
                                       "tests/docs/adding_feature_map.h",
                                       "tests/docs/adding_world.h", "tests/docs/moon_drop.yaml"});
}
