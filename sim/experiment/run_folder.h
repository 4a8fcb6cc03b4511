// RunFolder: where everything of one run lies, runs/<name>[/<variant>]/<seed>/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/config/experiment_config.h"

namespace sandlot {

class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}
  static RunFolder of(const std::filesystem::path& root, const ExperimentConfig& config,
                      std::int64_t seed);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.yaml"; }
  std::filesystem::path metrics() const { return path_ / "metrics.csv"; }
  std::filesystem::path policy() const { return path_ / "policy"; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  std::filesystem::path episodes() const { return path_ / "episodes"; }
  // Policies of generations that the agent was asked to keep, if any.
  std::filesystem::path champions() const { return path_ / "champions"; }
  std::filesystem::path figures() const { return path_ / "figures"; }  // of the agent, if any
  std::filesystem::path lock() const { return path_ / "lock"; }

  bool exists() const;  // holds a run, finished or not
  // Oldest first; files of the folder with the ending, in order of name.
  std::vector<std::filesystem::path> list_checkpoints() const;
  std::vector<std::filesystem::path> list_episodes() const;
  std::vector<std::filesystem::path> list_champions() const;
  std::int64_t seed() const;  // the folder's name
  // Wall time up to the newest checkpoint, the evaluations on the way included; NaN where unknown.
  double training_seconds() const;

 private:
  std::filesystem::path path_;
};

// All run folders at or below `path`, sorted by variant and then by seed. Throws ConfigError where
// there is none.
std::vector<RunFolder> find_runs(const std::filesystem::path& path);

// The config that a run was made with.
ExperimentConfig load_run_config(const Registry& registry, const RunFolder& run);

// "000000012000": sorts by number.
std::string padded(std::int64_t count);

// Holds the run's lock file while it lives; throws std::runtime_error where another process does.
class RunLock {
 public:
  explicit RunLock(const RunFolder& run);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace sandlot
