// Any bytes as a config file: either a config, which then writes and reads back the same, or errors.
#include <cstdint>
#include <cstdlib>

#include "sim/cli/register_all.h"
#include "sim/config/experiment_config.h"

using namespace sandlot;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Registry* registry = [] {
    auto* all = new Registry;
    register_all(*all);
    return all;
  }();
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    for (const auto& config : parse_config(*registry, text, "fuzz.yaml")) {
      const std::string resolved = config.resolved(*registry);
      if (parse_config(*registry, resolved, "resolved.yaml").front().resolved(*registry) != resolved)
        std::abort();
    }
  } catch (const ConfigError& e) {
    if (e.problems.empty()) std::abort();
  }
  return 0;
}
