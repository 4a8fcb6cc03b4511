#include <cstdio>

#include "sim/cli/common.h"
#include "sim/cli/verbs.h"
#include "sim/experiment/npz.h"
#include "sim/experiment/run_folder.h"
#include "sim/experiment/trained_policy.h"

namespace sandlot {
namespace fs = std::filesystem;
namespace {

struct Options {
  std::string run, output;
};

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  throw ConfigError({{{path.string(), 0, 0}, "", what}});
}

int export_policy(const Registry& registry, const Options& options) {
  const fs::path output = options.output;
  if (output.extension() != ".npz")
    refuse(output, "expected the name of a file of arrays: it ends in .npz");
  const fs::path into = output.parent_path().empty() ? fs::path(".") : output.parent_path();
  if (!fs::is_directory(into)) refuse(output, "there is no folder " + into.string());
  const RunFolder folder = find_runs(options.run).front();
  const ExperimentConfig config = load_run_config(registry, folder);
  TrainedPolicy trained(config, folder.policy());
  NpzFile file;
  if (!trained.policy().export_arrays(file))
    refuse(folder.path(), "what " + std::string(config.agent.agent.chosen()) +
                              " has learnt is no network: there is nothing to export");
  file.save(output);
  std::printf("%s %s: %zu arrays of %s after %s steps\n", dim("written").c_str(),
              output.string().c_str(), file.size(), folder.path().string().c_str(),
              with_thousands(trained.trained_steps()).c_str());
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand(
      "export",
      "Write the network of a trained policy as arrays that numpy reads (docs/networks.md).\n"
      "  sandlot export runs/cart-pole-dqn/1 --output policy.npz");
  sub->add_option("run", options->run,
                  "a run's folder, or one that holds several (the first is taken)")
      ->required();
  sub->add_option("--output", options->output, "the file, .npz")->required();
  sub->callback([options, &run] {
    run = [options](const Registry& registry) { return export_policy(registry, *options); };
  });
}

}  // namespace sandlot
