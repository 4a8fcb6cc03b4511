// Runs as tests make them.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "sim/experiment/training.h"
#include "tests/sim/experiment/helpers.h"

namespace sandlot {

struct Trained {
  TrainingOutcome outcome;
  std::vector<std::string> messages;
};

inline Trained train(const std::filesystem::path& root, const std::string& config,
                     bool resume = false, const std::vector<std::string>& overrides = {}) {
  Trained trained;
  TrainingOptions options;
  options.root = root;
  options.resume = resume;
  options.message = [&](const std::string& text) { trained.messages.push_back(text); };
  const auto parsed = parse_config(all_registered(), config, "test.yaml", overrides);
  TrainingRun run(all_registered(), parsed.front(), parsed.front().seeds.front(), options);
  trained.outcome = run.run();
  return trained;
}

// Every file of the run but those that hold wall time.
inline std::string contents(const std::filesystem::path& run) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(run)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && !name.starts_with("events.") && !name.ends_with(".events"))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::string all;
  for (const auto& file : files)
    all += std::filesystem::relative(file, run).string() + "\n" + text_of(file) + "\n";
  return all;
}

}  // namespace sandlot
