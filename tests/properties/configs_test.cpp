// Every file in configs/ is read, checked, and runs for a little while.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "sim/cli/register_all.h"
#include "sim/experiment/fit_results.h"
#include "sim/experiment/training.h"
#include "tests/sim/experiment/helpers.h"

using namespace sandlot;
namespace fs = std::filesystem;

namespace {

// Says what it shows, in its first line.
void check_first_line(const fs::path& path) {
  std::string first;
  std::getline(std::ifstream(path) >> std::ws, first);
  CHECK(first.starts_with("# "));
}

// A policy for files in configs/imitation to learn from, which say how to train theirs.
class Teacher {
 public:
  explicit Teacher(const Registry& registry) {
    TrainingOptions options;
    options.root = folder_.path();
    const auto configs = load_config(
        registry, SANDLOT_SOURCE_DIR "/configs/classic/cart_pole_ppo.yaml",
        {"training.steps=4096", "training.evaluate.every=0", "training.evaluate.episodes=3"});
    TrainingRun run(registry, configs.front(), 1, options);
    run.run();
    run_ = run.folder().path();
  }
  // What to set in the file.
  std::vector<std::string> of(const fs::path& config) const {
    if (config.stem() == "dagger") return {"agent.expert=" + run_.string()};
    return {"agent.episodes=[" + (run_ / "episodes").string() + "]"};
  }

 private:
  TemporaryFolder folder_;
  fs::path run_;
};

}  // namespace

TEST_CASE("configs: every file in configs/fit is learnt better than its baseline") {
  Registry registry;
  register_all(registry);
  int files = 0;
  for (const auto& entry : fs::directory_iterator(SANDLOT_SOURCE_DIR "/configs/fit")) {
    if (entry.path().extension() != ".yaml") continue;
    CAPTURE(entry.path().string());
    ++files;
    check_first_line(entry.path());
    const Fit fit = load_fit(registry, entry.path(), std::nullopt,
                             {"cross_validation.folds=2", "permutation.repeats=1"});
    CHECK_FALSE(fit.config.description.empty());
    const auto scores = summarize_scores(cross_validate(fit.problem, 1));
    CHECK(scores[0].learner.mean > scores[0].baseline.mean + 0.1);  // accuracy, R²
  }
  CHECK(files >= 2);
}

TEST_CASE("configs: every variant of every file runs") {
  Registry registry;
  register_all(registry);
  int files = 0, variants = 0;
  const Teacher teacher(registry);
  const std::vector<std::string> none;
  for (const auto& entry : fs::recursive_directory_iterator(SANDLOT_SOURCE_DIR "/configs")) {
    if (!entry.is_regular_file() || entry.path().parent_path().filename() == "fit") continue;
    CAPTURE(entry.path().string());
    REQUIRE(entry.path().extension() == ".yaml");
    ++files;
    check_first_line(entry.path());
    const bool imitates = entry.path().parent_path().filename() == "imitation";
    for (const ExperimentConfig& whole :
         load_config(registry, entry.path(), imitates ? teacher.of(entry.path()) : none)) {
      ++variants;
      CAPTURE(whole.variant);
      CHECK_FALSE(whole.description.empty());
      ExperimentConfig config = whole;
      TrainingSection& training = config.training;
      const bool in_episodes = training.in_episodes();
      training.steps = in_episodes ? 0 : 200;
      training.episodes = in_episodes ? 2 : 0;
      training.evaluate.every = in_episodes ? 1 : 100;
      training.evaluate.episodes = 1;
      training.evaluate.step_limit = 50;
      training.log.every = 0;
      TrainingRun run(registry, config, config.seeds.front(), {});
      const TrainingOutcome outcome = run.run();
      CHECK(outcome.finished);
      // A generation may be longer than what is left of the budget.
      const bool in_time = outcome.steps < training.steps + config.environment.copies;
      CHECK(outcome.rows.size() >= (in_time ? 2 : 1));
      CHECK(outcome.evaluation.episodes.size() == 1);
      CHECK((in_episodes ? outcome.episodes_count : outcome.steps) >= (in_episodes ? 2 : 200));
    }
  }
  CHECK(files >= 10);
  CHECK(variants > files);
}
