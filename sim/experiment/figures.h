// Figures of an agent: how they are kept in a run's folder, and drawn in its report.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/core/figure.h"

namespace sandlot {

// Writes the file whole or not at all; where there are no figures, it is removed.
void save_figures(const std::filesystem::path& path, const std::vector<Figure>& figures);
// Empty where there is no file. Throws ArchiveError for a damaged one.
std::vector<Figure> load_figures(const std::filesystem::path& path);

// As SVG with its title and caption.
std::string figure_html(const Figure& figure);

}  // namespace sandlot
