// Python with numpy, for the tests of what is exported.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace sandlot {

inline bool runs_quietly(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

// "" where there is none.
inline std::string python_with_numpy() {
  for (const char* candidate : {"python3", "/usr/bin/python3"})
    if (runs_quietly(std::string(candidate) + " -c 'import numpy'")) return candidate;
  return "";
}

inline constexpr const char* kNoNumpy =
    "skipped: there is no Python with numpy; scripts/setup --tests installs it";

// The command that compares numpy's outputs with those that a file holds as example.*.
inline std::string comparison(const std::string& python, const std::filesystem::path& file) {
  return python + " " SANDLOT_SOURCE_DIR "/tests/learners/network/read_network.py '" +
         file.string() + "'";
}

}  // namespace sandlot
