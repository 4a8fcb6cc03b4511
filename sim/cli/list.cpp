#include <cstdio>

#include "sim/cli/common.h"
#include "sim/cli/verbs.h"

namespace sandlot {
namespace {

int list(const Registry& registry) {
  for (const auto& kind : registry.kinds()) {
    std::printf("%s\n", bold(kind + "s").c_str());
    for (const auto& entry : registry.list(kind))
      std::printf(
          "  %s%*s%s\n", accent(entry.name).c_str(),
          static_cast<int>(std::max<std::size_t>(24, entry.name.size() + 2) - entry.name.size()),
          "", entry.help.c_str());
    std::printf("\n");
  }
  std::printf("%s\n", dim("sandlot describe NAME shows the settings of one.").c_str());
  return 0;
}

}  // namespace

void add_list(CLI::App& app, Run& run) {
  auto* sub = app.add_subcommand("list", "All worlds, agents, feature maps and learners.\n  sandlot list");
  sub->callback([&run] { run = list; });
}

}  // namespace sandlot
