// Configs and tables of `sandlot fit` in memory, for tests.
#pragma once

#include <string>

#include "sim/experiment/fit_config.h"
#include "tests/sim/experiment/helpers.h"

namespace sandlot {

inline Fit fit_of(const TemporaryFolder& folder, const std::string& yaml, const std::string& csv) {
  write_text(folder / "t.csv", csv);
  return parse_fit(all_registered(), parse_yaml(yaml, "f.yaml"), folder.path(), folder / "t.csv");
}

// Everything that is wrong, one per line, without the folder's name.
inline std::string fit_errors(const std::string& yaml, const std::string& csv) {
  const TemporaryFolder folder;
  std::string all;
  try {
    fit_of(folder, yaml, csv);
  } catch (const ConfigError& e) {
    for (const auto& problem : e.problems) all += problem.describe() + "\n";
  }
  const std::string where = folder.path().string() + "/";
  for (std::size_t at; (at = all.find(where)) != std::string::npos;) all.erase(at, where.size());
  return all;
}

// Three classes in x and a column of noise, in groups of one class each.
inline std::string three_classes(int rows) {
  std::string csv = "x,noise,color,class\n";
  Random random(3);
  for (int i = 0; i < rows; ++i) {
    const int label = i * 3 / rows;
    csv += std::to_string(label + random.uniform(-0.4, 0.4)) + "," +
           std::to_string(random.uniform()) + "," + (random.bernoulli(0.5) ? "red" : "blue") +
           ",c" + std::to_string(label) + "\n";
  }
  return csv;
}

}  // namespace sandlot
