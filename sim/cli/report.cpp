#include "sim/experiment/report.h"

#include <cstdio>

#include "sim/cli/common.h"
#include "sim/cli/verbs.h"

namespace sandlot {
namespace {

struct Options {
  std::vector<std::string> runs;
  std::string output;
};

int report(const Registry& registry, const Options& options) {
  std::vector<RunFolder> runs;
  for (const auto& path : options.runs)
    for (auto& run : find_runs(path)) runs.push_back(std::move(run));
  const std::filesystem::path page =
      options.output.empty() ? std::filesystem::path(options.runs.front()) / "report.html"
                             : std::filesystem::path(options.output);
  write_report(registry, runs, page);
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
  sub->callback([options, &run] {
    run = [options](const Registry& registry) { return report(registry, *options); };
  });
}

}  // namespace sandlot
