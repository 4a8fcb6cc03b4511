// report.html: one self-contained page about all runs of an experiment.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/experiment/run_folder.h"

namespace sandlot {

// The page for these runs: learning curves (mean over seeds, band of one standard deviation), final
// scores, an episode of each variant as a strip of frames, `more` sections, and the resolved
// configs.
std::string report_html(const Registry& registry, const std::vector<RunFolder>& runs,
                        const std::string& more = "");

// Writes `path` whole or not at all.
void write_report(const Registry& registry, const std::vector<RunFolder>& runs,
                  const std::filesystem::path& path, const std::string& more = "");

}  // namespace sandlot
