#include "sim/experiment/report.h"

#include <cstdio>

#include "sim/cli/common.h"
#include "sim/cli/verbs.h"
#include "sim/experiment/explain_page.h"
#include "sim/experiment/trained_policy.h"

namespace sandlot {
namespace {

struct Options {
  std::vector<std::string> runs;
  std::string output;
  bool map = true;
};

// Of the states that the first run's policy visits in a few episodes.
std::string state_map(const Registry& registry, const RunFolder& run) {
  constexpr std::int64_t kEpisodes = 20, kStates = 400;
  if (!std::filesystem::exists(run.policy())) return "";
  const ExperimentConfig config = load_run_config(registry, run);
  if (config.spec().observation.is_discrete()) return "";
  TrainedPolicy trained(config, run.policy());
  const EnvironmentSection section = evaluation_section(config, config.environment);
  auto played = evaluate(config, config.environment, trained.policy(), derive(0, "map"), kEpisodes);
  const Experience experience =
      gather_experience(registry, section, std::move(played.episodes), trained.policy(), kStates);
  return state_map_html(registry, experience, map_states(experience, kStates, derive(0, "map")));
}

int report(const Registry& registry, const Options& options) {
  std::vector<RunFolder> runs;
  for (const auto& path : options.runs)
    for (auto& run : find_runs(path)) runs.push_back(std::move(run));
  const std::filesystem::path page =
      options.output.empty() ? std::filesystem::path(options.runs.front()) / "report.html"
                             : std::filesystem::path(options.output);
  write_report(registry, runs, page, options.map ? state_map(registry, runs.front()) : "");
  std::printf("%s %s\n", dim("report").c_str(), page.c_str());
  return 0;
}

}  // namespace

void add_report(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand("report",
                                 "Write one self-contained page about runs.\n"
                                 "  sandlot report runs/cliff-walking");
  sub->add_option("runs", options->runs, "folders of runs, drawn on the same charts")->required();
  sub->add_option("--output", options->output,
                  "the file; default: report.html in the first folder");
  sub->add_flag("!--no-map", options->map,
                "leave out the map of the states that the first run's policy visits");
  sub->callback([options, &run] {
    run = [options](const Registry& registry) { return report(registry, *options); };
  });
}

}  // namespace sandlot
