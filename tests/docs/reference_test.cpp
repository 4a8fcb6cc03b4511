#include <doctest/doctest.h>

#include <algorithm>

#include "sim/cli/register_all.h"
#include "sim/config/describe.h"
#include "sim/experiment/fit_config.h"
#include "tests/docs/files.h"

using namespace sandlot;

TEST_CASE("docs/reference.md is what the registry says") {
  Registry registry;
  register_all(registry);
  FitFile fit;
  const auto now = lines_of(reference_markdown(registry, {{FitFile::title, fit}}));
  const auto written = lines_of(source_text("docs/reference.md"));
  const auto [a, b] = std::mismatch(written.begin(), written.end(), now.begin(), now.end());
  const auto line = a - written.begin() + 1;
  INFO("docs/reference.md:" << line << " is stale; renew it: build/dev/sim/cli/sandlot describe "
                            << "--markdown > docs/reference.md");
  INFO("written: " << (a == written.end() ? std::string("the end") : *a));
  INFO("now:     " << (b == now.end() ? std::string("the end") : *b));
  CHECK(written == now);
}
