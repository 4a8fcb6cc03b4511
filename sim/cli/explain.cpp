#include <cmath>
#include <cstdio>

#include "sim/cli/common.h"
#include "sim/cli/verbs.h"
#include "sim/core/archive.h"
#include "sim/experiment/explain_page.h"
#include "sim/experiment/run_folder.h"
#include "sim/experiment/trained_policy.h"

namespace sandlot {
namespace {

struct Options {
  std::string run, output;
  std::vector<std::string> overrides;
  std::int64_t episodes = 100, states = 600;
  double window = 2;
  int depth = 3;
  std::uint64_t seed = 0;
  bool recorded = false;
};

constexpr std::int64_t kMostStates = 20000;  // that trees and importances are made from

// Pictures of a million numbers each would not fit into memory by the ten thousand.
std::int64_t most_states(const EnvironmentSpec& spec) {
  constexpr std::int64_t kMostNumbers = 64'000'000;
  return std::clamp<std::int64_t>(kMostNumbers / static_cast<std::int64_t>(spec.observation.size()),
                                  100, kMostStates);
}

int explain_run(const Registry& registry, const Options& options) {
  const RunFolder folder = find_runs(options.run).front();
  const ExperimentConfig config = load_config(registry, folder.config(), options.overrides).front();
  TrainedPolicy trained(config, folder.policy());
  const EnvironmentSection section = evaluation_section(config, config.environment);
  ExplainedRun run{config.label() + "/" + std::to_string(folder.seed()), ""};
  std::vector<PlayedEpisode> episodes;
  if (options.recorded) {
    episodes = recorded_episodes(registry, section, folder.list_episodes());
    run.played = std::to_string(episodes.size()) + " episodes that were recorded while it learnt";
    if (episodes.empty())
      throw ConfigError({{{folder.episodes().string(), 0, 0},
                          "",
                          "there are no recorded episodes of this world; without --recorded the "
                          "policy plays new ones"}});
  } else {
    episodes = evaluate(config, config.environment, trained.policy(),
                        derive(options.seed, "explain"), options.episodes)
                   .episodes;
    run.played = std::to_string(episodes.size()) + " episodes of the policy as it was left";
  }
  const Experience experience = gather_experience(registry, section, std::move(episodes),
                                                  trained.policy(), most_states(config.spec()));
  ExplainSettings settings;
  settings.window =
      std::max<std::int64_t>(1, std::llround(options.window * experience.spec.frames_per_second));
  settings.map_states = options.states;
  settings.tree_depth = options.depth;
  const Explanation explanation =
      explain(experience, trained.policy(), settings, derive(options.seed, "explanation"));
  const std::filesystem::path page = options.output.empty() ? folder.path() / "explain.html"
                                                            : std::filesystem::path(options.output);
  write_file_atomically(page, explain_html(registry, run, experience, explanation, settings));
  std::printf("%s %s\n", dim("explanation").c_str(), page.c_str());
  return 0;
}

}  // namespace

void add_explain(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand(
      "explain",
      "Write a page about why a policy does what it does: rules, ways to fail, a tree, a map.\n"
      "  sandlot explain runs/first-steps");
  sub->add_option("run", options->run,
                  "a run's folder, or one that holds several (the first is taken)")
      ->required();
  sub->add_option("--episodes", options->episodes, "that the policy plays")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  sub->add_flag("--recorded", options->recorded,
                "take the episodes that were recorded while it learnt, and play none");
  sub->add_option("--window", options->window, "seconds in which one event may foretell another")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 10000.0));
  sub->add_option("--states", options->states, "points of the map")
      ->capture_default_str()
      ->check(CLI::Range(30, 5000));
  sub->add_option("--depth", options->depth, "questions in a row of the tree, at most")
      ->capture_default_str()
      ->check(CLI::Range(1, 6));
  sub->add_option("--seed", options->seed, "which episodes, and of all that is drawn")
      ->capture_default_str();
  sub->add_option("--set", options->overrides,
                  "path=value over the run's config: other levels, another limit")
      ->take_all()
      ->allow_extra_args(false);
  sub->add_option("--output", options->output,
                  "the file; default: explain.html in the run's folder");
  sub->callback([options, &run] {
    run = [options](const Registry& registry) { return explain_run(registry, *options); };
  });
}

}  // namespace sandlot
