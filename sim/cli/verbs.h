// The command line: one function per verb.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "sim/core/registry.h"

namespace sandlot {

// 0: good, 1: the run failed, 2: the input was wrong.
int run_command_line(int argc, const char* const* argv);

// Each adds its subcommand; its callback sets `run`, which is called once the line is parsed.
using Run = std::function<int(const Registry&)>;
void add_train(CLI::App& app, Run& run);
void add_evaluate(CLI::App& app, Run& run);
void add_explain(CLI::App& app, Run& run);
void add_watch(CLI::App& app, Run& run);
void add_record(CLI::App& app, Run& run);
void add_replay(CLI::App& app, Run& run);
void add_play(CLI::App& app, Run& run);
void add_report(CLI::App& app, Run& run);
void add_compare(CLI::App& app, Run& run);
void add_fit(CLI::App& app, Run& run);
void add_export(CLI::App& app, Run& run);
void add_map(CLI::App& app, Run& run);
void add_gtp(CLI::App& app, Run& run);
void add_tournament(CLI::App& app, Run& run);
void add_list(CLI::App& app, Run& run);
void add_describe(CLI::App& app, Run& run);

// --show, of the verbs that draw episodes: names of panels (show.h).
void add_show_option(CLI::App& verb, std::vector<std::string>& panels);

}  // namespace sandlot
