#include "sim/cli/verbs.h"

#include <cstdio>

#include "sim/cli/common.h"
#include "sim/cli/register_all.h"
#include "sim/cli/sgf_episodes.h"
#include "sim/cli/stored_policies.h"
#include "sim/config/tree.h"
#include "sim/core/archive.h"

namespace sandlot {
namespace {

std::string unknown_verb(const CLI::App& app, int argc, const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-') return "";
  std::vector<std::string> verbs;
  for (const auto* sub : app.get_subcommands({})) verbs.push_back(sub->get_name());
  const std::string given = argv[1];
  if (std::find(verbs.begin(), verbs.end(), given) != verbs.end()) return "";
  const std::string near = nearest(given, verbs);
  return "there is no verb '" + given + "'" +
         (near.empty() ? "; sandlot --help lists them" : "; did you mean '" + near + "'?");
}

}  // namespace

void add_show_option(CLI::App& verb, std::vector<std::string>& panels) {
  verb.add_option(
          "--show", panels,
          "why it acts: values (of each action), saliency (what mattered), network (what it "
          "held); several with commas")
      ->delimiter(',')
      ->default_str("values");
}

int run_command_line(int argc, const char* const* argv) {
  Registry registry;
  register_all(registry);
  use_stored_policies(registry);
  CLI::App app{
      "Sandlot: reinforcement learning in worlds worth watching.\n"
      "  sandlot train configs/platformer/first_steps.yaml   trains an agent\n"
      "  sandlot watch runs/first-steps/q_learning/1         shows what it has learnt",
      "sandlot"};
  app.set_version_flag("--version", "sandlot " SANDLOT_VERSION);
  app.require_subcommand(1);
  Run run;
  add_train(app, run);
  add_evaluate(app, run);
  add_explain(app, run);
  add_watch(app, run);
  add_record(app, run);
  add_replay(app, run);
  add_play(app, run);
  add_report(app, run);
  add_compare(app, run);
  add_fit(app, run);
  add_gtp(app, run);
  add_tournament(app, run);
  add_sgf(app, run);
  add_export(app, run);
  add_map(app, run);
  add_list(app, run);
  add_describe(app, run);
  if (const std::string wrong = unknown_verb(app, argc, argv); !wrong.empty()) {
    print_error(wrong);
    return 2;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // --help, --version
    print_error(e.what());
    std::fprintf(stderr, "Try: sandlot %s --help\n", argc > 1 ? argv[1] : "");
    return 2;
  }
  try {
    return run(registry);
  } catch (const ConfigError& e) {
    for (const auto& problem : e.problems) print_error(problem.describe());
    return 2;
  } catch (const ArchiveError& e) {
    print_error(e.what());
    return 2;
  } catch (const std::exception& e) {
    print_error(e.what());
    return 1;
  }
}

}  // namespace sandlot
