#include <doctest/doctest.h>

#include "sim/experiment/episode_file.h"
#include "sim/experiment/trained_policy.h"
#include "sim/experiment/training.h"
#include "tests/sim/experiment/helpers.h"

using namespace sandlot;
namespace fs = std::filesystem;

namespace {

ExperimentConfig parsed(const fs::path& episodes, const std::string& environment = "cart_pole") {
  return parse_config(all_registered(),
                      "name: x\nenvironment: {name: " + environment +
                          "}\nagent:\n  name: imitation\n  episodes: [\"" + episodes.string() +
                          "\"]\n  classifier: {learner: mlp, hidden: [32, 32], epochs: 20}\n"
                          "training: {steps: 500, evaluate: {episodes: 50}}\n",
                      "test")[0];
}

// Pushes to the side that the pole falls to, and lets it fall a little towards the middle.
std::int32_t expert(const std::vector<float>& seen) {
  return 0.1f * seen[0] + 0.3f * seen[1] + 3 * seen[2] + seen[3] > 0 ? 1 : 0;
}

// Ten episodes of the expert in `folder`; returns their mean return.
double demonstrate(const fs::path& folder) {
  EnvironmentSection section;
  section.world.choose(all_registered(), "cart_pole");
  const auto world = section.world->make(section.wrappers);
  const std::string yaml = environment_yaml(all_registered(), section);
  double sum = 0;
  for (Seed seed = 0; seed < 10; ++seed) {
    PlayedEpisode played;
    played.seed = seed;
    world->reset(seed);
    std::vector<float> seen(world->spec().observation.size());
    while (played.status == Status::running) {
      world->observe(seen);
      played.actions.push_back(expert(seen));
      const StepResult result = world->step({.index = played.actions.back(), .values = {}});
      played.episode_return += static_cast<double>(result.reward);
      played.status = result.status;
      ++played.length;
    }
    sum += played.episode_return;
    save_episode(folder / (std::to_string(seed) + ".episode"), {"expert", yaml, played});
  }
  return sum / 10;
}

}  // namespace

TEST_CASE("imitation: CartPole as a good player plays it") {
  const TemporaryFolder folder;
  CHECK(demonstrate(folder.path()) > 450);
  const ExperimentConfig config = parsed(folder.path());
  for (std::int64_t seed = 1; seed <= 5; ++seed) {
    TrainingRun run(all_registered(), config, seed, {});
    const TrainingOutcome outcome = run.run();
    CHECK(outcome.finished);
    CHECK(outcome.evaluation.mean_return() > 300);
    REQUIRE(outcome.columns.back() == "agreement");
    REQUIRE(outcome.rows.front().back().has_value());
    CHECK(*outcome.rows.front().back() > 0.95);
  }
}

TEST_CASE("imitation: its policy file acts like it") {
  const TemporaryFolder folder;
  fs::create_directories(folder / "episodes");
  demonstrate(folder / "episodes");
  const ExperimentConfig config = parsed(folder / "episodes");
  TrainingOptions options;
  options.root = folder / "runs";
  TrainingRun run(all_registered(), config, 1, options);
  run.run();
  TrainedPolicy trained(config, run.folder().policy());
  const Evaluation again = evaluate(config, config.environment, trained.policy(), 5, 5),
                   before = evaluate(config, config.environment, run.agent().policy(), 5, 5);
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(again.episodes[i].actions == before.episodes[i].actions);
}

TEST_CASE("imitation: what cannot be imitated is refused") {
  const TemporaryFolder folder;
  demonstrate(folder.path());
  const auto refusal = [&](const ExperimentConfig& config) -> std::string {
    try {
      TrainingRun(all_registered(), config, 1, {}).run();
    } catch (const ConfigError& e) {
      return e.problems.at(0).describe();
    }
    return "";
  };
  const fs::path first = folder / "0.episode";
  CHECK(refusal(parsed(folder.path(), "mountain_car")) ==
        first.string() + ": this is an episode of cart_pole; expected one of mountain_car");
  CHECK(refusal(parsed(first, "cart_pole, wrappers: {frame_stack: 2}"))
            .starts_with(first.string() + ": observations were box(4"));
  CHECK(refusal(parsed(first, "cart_pole, wrappers: {normalize_observations: true}"))
            .find("expected false") != std::string::npos);
  fs::create_directories(folder / "none");
  CHECK(refusal(parsed(folder / "none"))
            .starts_with((folder / "none").string() + ": there is no .episode file"));
  CHECK_THROWS_AS(parsed(folder / "missing"), ConfigError);
}

namespace {

// A run of imitation in `root`, as an expert for others: good, but not the best.
fs::path trained_run(const fs::path& root) {
  fs::create_directories(root / "shown");
  demonstrate(root / "shown");
  TrainingOptions options;
  options.root = root / "runs";
  TrainingRun run(all_registered(), parsed(root / "shown"), 1, options);
  run.run();
  return run.folder().path();
}

ExperimentConfig dagger(const fs::path& expert, const std::string& environment = "cart_pole") {
  return parse_config(all_registered(),
                      "name: x\nenvironment: {name: " + environment +
                          "}\nagent:\n  name: dagger\n  expert: \"" + expert.string() +
                          "\"\n  steps_per_round: 500\n  classifier: {learner: decision_tree, "
                          "min_samples_leaf: 5}\ntraining: {steps: 5000, evaluate: {episodes: "
                          "50}}\n",
                      "test")[0];
}

}  // namespace

TEST_CASE("dagger: a tree does as a network says") {
  const TemporaryFolder folder;
  const fs::path expert = trained_run(folder.path());
  TrainingRun run(all_registered(), dagger(expert), 1, {});
  const TrainingOutcome outcome = run.run();
  CHECK(outcome.evaluation.mean_return() > 200);
  std::vector<double> agreement;  // of the rounds
  for (const auto& row : outcome.rows)
    if (row.back()) agreement.push_back(*row.back());
  REQUIRE(agreement.size() >= 5);
  CHECK(agreement.back() > 0.85);
}

TEST_CASE("dagger: an expert of another world, or none, is refused") {
  const TemporaryFolder folder;
  const fs::path expert = trained_run(folder.path());
  const auto refusal = [](const ExperimentConfig& config) -> std::string {
    try {
      TrainingRun(all_registered(), config, 1, {}).run();
    } catch (const ConfigError& e) {
      return e.problems.at(0).describe();
    }
    return "";
  };
  CHECK(refusal(dagger(expert, "mountain_car")) ==
        expert.string() + ": this is a policy of cart_pole; expected one of mountain_car");
  CHECK(refusal(dagger(folder.path())) ==
        folder.path().string() +
            ": there is no trained policy in this folder; expected the folder of a finished run, "
            "such as runs/cart-pole-dqn/1");
  CHECK_THROWS_AS(dagger(folder / "missing"), ConfigError);
}
