// The arrows between folders. A target that is not linked does not stop a header from being
// included; this does.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/docs/files.h"

namespace fs = std::filesystem;
using namespace sandlot;

namespace {

struct Arrows {
  std::string from;
  std::vector<std::string> to;  // besides itself
};

const std::vector<Arrows>& arrows() {
  static const std::vector<Arrows> all{
      {"sim/core/", {}},
      {"sim/config/", {"sim/core/"}},
      {"sim/render/", {"sim/core/"}},
      {"sim/experiment/", {"sim/core/", "sim/config/", "sim/render/", "learners/"}},
      {"envs/", {"sim/core/"}},
      {"learners/", {"sim/core/"}},
      {"agents/", {"sim/core/", "learners/"}},
      {"sim/cli/", {"sim/", "envs/", "learners/", "agents/"}},
  };
  return all;
}

// The path between quotes of an #include line; empty for any other line.
std::string included(std::string_view line) {
  const auto skip = [&line] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  };
  skip();
  if (!line.starts_with('#')) return "";
  line.remove_prefix(1);
  skip();
  if (!line.starts_with("include")) return "";
  const auto begin = line.find('"');
  const auto end = line.rfind('"');
  return begin == end ? "" : std::string(line.substr(begin + 1, end - begin - 1));
}

// "envs/a.h:3: envs/ may not include agents/b.h", for each line that breaks the rule.
std::vector<std::string> broken_arrows(const std::string& file, const std::string& text) {
  std::vector<std::string> broken;
  const auto rule = std::find_if(arrows().begin(), arrows().end(),
                                 [&](const Arrows& a) { return file.starts_with(a.from); });
  if (rule == arrows().end()) return {file + ":1: no rule for this folder"};
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string path = included(lines[i]);
    const auto allowed = [&path](const std::string& folder) { return path.starts_with(folder); };
    if (path.empty() || allowed(rule->from) ||
        std::any_of(rule->to.begin(), rule->to.end(), allowed))
      continue;
    broken.push_back(file + ":" + std::to_string(i + 1) + ": " + rule->from + " may not include " +
                     path);
  }
  return broken;
}

}  // namespace

TEST_CASE("no file includes upward") {
  int files = 0;
  for (const char* top : {"sim", "envs", "learners", "agents"}) {
    for (const auto& entry : fs::recursive_directory_iterator(source_path(top))) {
      const auto ending = entry.path().extension();
      if (ending != ".h" && ending != ".cpp") continue;
      ++files;
      const auto file = fs::relative(entry.path(), source_path("")).generic_string();
      for (const auto& broken : broken_arrows(file, source_text(file)))
        FAIL_CHECK(broken << " (docs/architecture.md, Arrows)");
    }
  }
  CHECK(files > 100);
}

TEST_CASE("an upward include is found and named") {
  using Found = std::vector<std::string>;
  CHECK(broken_arrows("envs/x/a.h", "#include \"sim/core/space.h\"\n#include <vector>\n").empty());
  CHECK(broken_arrows("envs/x/a.h", "\n  #  include \"agents/b.h\"  // why\n") ==
        Found{"envs/x/a.h:2: envs/ may not include agents/b.h"});
  CHECK(broken_arrows("sim/core/a.cpp", "#include \"sim/config/tree.h\"\n") ==
        Found{"sim/core/a.cpp:1: sim/core/ may not include sim/config/tree.h"});
  CHECK(broken_arrows("learners/a.h", "#include \"envs/x/a.h\"\n#include \"learners/b.h\"\n") ==
        Found{"learners/a.h:1: learners/ may not include envs/x/a.h"});
  CHECK(broken_arrows("agents/a.h", "#include \"beside.h\"\n") ==
        Found{"agents/a.h:1: agents/ may not include beside.h"});
  CHECK(broken_arrows("sim/new/a.h", "") == Found{"sim/new/a.h:1: no rule for this folder"});
}
