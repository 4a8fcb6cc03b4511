// Champions of a run's generations, side by side in one video.
#pragma once

#include "sim/cli/show.h"

namespace sandlot {

// All play the same episodes, each in a panel of its own. Throws ConfigError where the run has kept
// no champions.
void record_champions(const Registry& registry, const RunFolder& run,
                      const std::vector<std::string>& overrides, std::uint64_t seed,
                      const RecordOptions& options);

}  // namespace sandlot
