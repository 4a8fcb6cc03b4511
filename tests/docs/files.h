// Reading the project's own files.
#pragma once

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "sim/core/archive.h"

namespace sandlot {

inline std::filesystem::path source_path(const std::string& relative) {
  return std::filesystem::path(SANDLOT_SOURCE_DIR) / relative;
}

inline std::string source_text(const std::filesystem::path& relative) {
  const auto bytes = read_file(source_path(relative.string()));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace sandlot
