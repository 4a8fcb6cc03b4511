// The frame that all HTML pages share: one file, nothing loaded from elsewhere, light and dark.
#pragma once

#include <string>

namespace sandlot {

// Up to the first section. Sections hold figures and tables in <div class='card'>.
std::string begin_page(const std::string& title, const std::string& lead);
std::string end_page();

}  // namespace sandlot
