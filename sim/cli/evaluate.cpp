#include <algorithm>
#include <cstdio>
#include <map>

#include "sim/cli/common.h"
#include "sim/cli/verbs.h"
#include "sim/experiment/chart.h"
#include "sim/experiment/episode_file.h"
#include "sim/experiment/evaluation.h"
#include "sim/experiment/run_folder.h"
#include "sim/experiment/trained_policy.h"

namespace sandlot {
namespace {

struct Options {
  std::string run;
  std::vector<std::string> overrides;
  std::int64_t episodes = 100;
  std::uint64_t seed = 0;
  bool csv = false;
  std::string save;
};

// Names that hold variant and seed, so that several runs go into one folder.
void save_episodes(const Registry& registry, const ExperimentConfig& config,
                   const RunFolder& folder, const Evaluation& evaluation,
                   const std::filesystem::path& to) {
  std::filesystem::create_directories(to);
  const std::string run = config.label() + "/" + std::to_string(folder.seed());
  std::string name = run;
  std::replace(name.begin(), name.end(), '/', '-');
  const std::string yaml =
      environment_yaml(registry, evaluation_section(config, config.environment));
  for (std::size_t i = 0; i < evaluation.episodes.size(); ++i)
    save_episode(to / (name + "-" + padded(static_cast<std::int64_t>(i)) + ".episode"),
                 {run + ", evaluated, episode " + std::to_string(i), yaml, evaluation.episodes[i]});
}

void print_episodes(const std::string& run, const char* world, const Evaluation& e) {
  for (std::size_t i = 0; i < e.episodes.size(); ++i) {
    const auto& episode = e.episodes[i];
    std::printf("%s,%s,%zu,%llu,%.17g,%lld,%s,%d\n", run.c_str(), world, i,
                static_cast<unsigned long long>(episode.seed), episode.episode_return,
                static_cast<long long>(episode.length),
                episode.status == Status::terminated ? "terminated" : "truncated",
                episode.goal ? 1 : 0);
  }
}

void print_row(const std::string& name, const EnvironmentSpec& spec, const Evaluation& e) {
  double low = e.episodes.front().episode_return, high = low;
  for (const auto& episode : e.episodes) {
    low = std::min(low, episode.episode_return);
    high = std::max(high, episode.episode_return);
  }
  const std::string goal = spec.has_goal ? short_number(100 * e.goal_share()) + "%" : "–";
  std::printf("%-38s %9.4g %9.3g %10.4g %10.4g %9.4g %8.3g%% %9s\n", name.c_str(), e.mean_return(),
              e.standard_error(), low, high, e.mean_length(), 100 * e.truncated_share(),
              goal.c_str());
  for (std::size_t k = 0; k < spec.metrics.size(); ++k)
    std::printf("  %-36s %9.4g\n", spec.metrics[k].c_str(), e.mean_metric(k));
}

int evaluate_runs(const Registry& registry, const Options& options) {
  if (options.csv)
    std::printf("run,world,episode,seed,return,length,status,goal\n");
  else
    std::printf("%s\n", bold("run                                       return    ± s.e.     "
                             "lowest    highest    length   cut off      goal")
                            .c_str());
  for (const RunFolder& folder : find_runs(options.run)) {
    const ExperimentConfig config =
        load_config(registry, folder.config(), options.overrides).front();
    TrainedPolicy trained(config, folder.policy());
    const auto spec = [](const EnvironmentSection& world) {
      return world.world->spec(world.wrappers);
    };
    const auto measure = [&](const EnvironmentSection& world) {
      return evaluate(config, world, trained.policy(), derive(options.seed, "evaluate"),
                      options.episodes);
    };
    const std::string name = folder.path().string();
    const Evaluation e = measure(config.environment);
    if (!options.save.empty()) save_episodes(registry, config, folder, e, options.save);
    if (options.csv)
      print_episodes(name, "environment", e);
    else
      print_row(name, spec(config.environment), e);
    if (!config.unseen.given) continue;
    const Evaluation unseen = measure(config.unseen.environment);
    if (options.csv)
      print_episodes(name, "unseen", unseen);
    else
      print_row("  unseen", spec(config.unseen.environment), unseen);
  }
  return 0;
}

}  // namespace

void add_evaluate(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand("evaluate",
                                 "Measure trained policies, without exploration, on fresh seeds.\n"
                                 "  sandlot evaluate runs/cliff-walking --episodes 1000");
  sub->add_option("run", options->run, "a run's folder, or one that holds several")->required();
  sub->add_option("--episodes", options->episodes, "episodes per run")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000000));
  sub->add_option("--seed", options->seed, "which episodes; the same for every run")
      ->capture_default_str();
  sub->add_option("--set", options->overrides,
                  "path=value over the run's config: other levels, another limit")
      ->take_all()
      ->allow_extra_args(false);
  sub->add_option("--save", options->save,
                  "a folder that takes every episode as an .episode file, to show or to imitate");
  sub->add_flag("--csv", options->csv, "every episode, as CSV");
  sub->callback([options, &run] {
    run = [options](const Registry& registry) { return evaluate_runs(registry, *options); };
  });
}

}  // namespace sandlot
