#include "sim/experiment/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <limits>

namespace sandlot {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> list(const fs::path& folder, std::string_view ending) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ending) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

RunFolder RunFolder::of(const fs::path& root, const ExperimentConfig& config, std::int64_t seed) {
  fs::path path = root / config.name;
  if (!config.variant.empty()) path /= config.variant;
  return RunFolder(path / std::to_string(seed));
}

bool RunFolder::exists() const { return fs::exists(config()); }

std::vector<fs::path> RunFolder::list_checkpoints() const { return list(checkpoints(), ".ckpt"); }

std::vector<fs::path> RunFolder::list_episodes() const { return list(episodes(), ".episode"); }

std::vector<fs::path> RunFolder::list_champions() const { return list(champions(), ".policy"); }

std::int64_t RunFolder::seed() const {
  const std::string name = fs::absolute(path_).lexically_normal().filename().string();
  std::int64_t seed = 0;
  std::from_chars(name.data(), name.data() + name.size(), seed);
  return seed;
}

double RunFolder::training_seconds() const {
  const auto newest = list_checkpoints();
  double seconds = std::numeric_limits<double>::quiet_NaN();
  if (newest.empty()) return seconds;
  fs::path beside = newest.back();
  std::ifstream in(beside.replace_extension(".events"));
  std::string name;
  std::uint64_t length = 0;
  double found = 0;
  if (std::getline(in, name) && in >> length >> found) seconds = found;
  return seconds;
}

std::vector<RunFolder> find_runs(const fs::path& path) {
  const auto wrong = [&](const std::string& what) {
    return ConfigError({{{path.string(), 0, 0}, "", what}});
  };
  if (!fs::exists(path)) throw wrong("there is no such run folder");
  if (!fs::is_directory(path)) throw wrong("expected the folder of a run, not a file");
  std::vector<RunFolder> runs;
  const auto consider = [&](const fs::path& folder) {
    if (RunFolder(folder).exists()) runs.emplace_back(folder);
  };
  fs::path clean = path;
  if (!clean.has_filename()) clean = clean.parent_path();
  consider(clean);
  if (runs.empty()) {
    auto it = fs::recursive_directory_iterator(clean);
    for (const auto& entry : it) {
      if (entry.is_directory()) consider(entry.path());
      if (it.depth() >= 3) it.disable_recursion_pending();
    }
  }
  if (runs.empty()) throw wrong("there is no run in this folder (no config.yaml)");
  std::sort(runs.begin(), runs.end(), [](const RunFolder& a, const RunFolder& b) {
    return std::pair(a.path().parent_path(), a.seed()) <
           std::pair(b.path().parent_path(), b.seed());
  });
  return runs;
}

ExperimentConfig load_run_config(const Registry& registry, const RunFolder& run) {
  if (!run.exists())
    throw ConfigError(
        {{{run.path().string(), 0, 0}, "", "this is no run: there is no config.yaml"}});
  return load_config(registry, run.config()).front();
}

std::string padded(std::int64_t count) {
  const std::string digits = std::to_string(count);
  return std::string(digits.size() < 12 ? 12 - digits.size() : 0, '0') + digits;
}

RunLock::RunLock(const RunFolder& run) {
  file_ = open(run.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) throw std::runtime_error(run.lock().string() + ": " + std::strerror(errno));
  if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    close(file_);
    throw std::runtime_error(run.path().string() + ": another process is training this run");
  }
}

RunLock::~RunLock() { close(file_); }

}  // namespace sandlot
