#include "sim/experiment/demonstrations.h"

#include <algorithm>
#include <filesystem>

#include "sim/experiment/episode_file.h"
#include "sim/experiment/run_folder.h"

namespace sandlot {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw ConfigError({{{path, 0, 0}, "", what}});
}

std::vector<fs::path> episode_files(const std::string& path) {
  if (!fs::is_directory(path)) {
    if (!fs::is_regular_file(path))
      refuse(path, "there is no such file or folder; expected .episode files");
    return {path};
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path))
    if (entry.path().extension() == ".episode") files.push_back(entry.path());
  if (files.empty())
    refuse(path,
           "there is no .episode file in this folder; sandlot evaluate RUN --save FOLDER "
           "writes some");
  std::sort(files.begin(), files.end());
  return files;
}

// `what_it_is`: "an episode".
void check_world(const std::string& path, const std::string& what_it_is,
                 const EnvironmentSpec& recorded, const EnvironmentSpec& own) {
  if (recorded.name != own.name)
    refuse(path,
           "this is " + what_it_is + " of " + recorded.name + "; expected one of " + own.name);
  const auto compare = [&](const char* what, const Space& then, const Space& now) {
    if (then == now) return;
    refuse(path, std::string(what) + " were " + then.describe() +
                     " when it was made; here they are " + now.describe() +
                     ": expected the same world and wrappers");
  };
  compare("observations", recorded.observation, own.observation);
  compare("actions", recorded.action, own.action);
}

Demonstration play(const Registry& registry, const fs::path& path, const EnvironmentSpec& own) {
  const EpisodeFile file = load_episode(path);
  Replay replay(registry, file, path.string());
  check_world(path.string(), "an episode", replay.environment().spec(), own);
  Demonstration shown;
  shown.length = file.episode.length;
  shown.actions = file.episode.actions;
  shown.values = file.episode.values;
  shown.episode_return = file.episode.episode_return;
  const std::size_t width = own.observation.size();
  shown.observations.resize(static_cast<std::size_t>(shown.length) * width);
  for (std::size_t at = 0; !replay.done(); at += width) {
    replay.environment().observe(std::span(shown.observations).subspan(at, width));
    replay.advance();
  }
  return shown;
}

void check_plain(const ExperimentConfig& config, const std::string& who) {
  if (config.environment.wrappers.normalize_observations)
    refuse("environment.wrappers.normalize_observations",
           who + " observations as they are: expected false, the learner standardises them");
  if (config.encoder.given) refuse("encoder", who + " observations as they are: expected none");
}

}  // namespace

std::vector<Demonstration> load_demonstrations(const Registry& registry,
                                               const ExperimentConfig& config,
                                               std::span<const std::string> paths) {
  check_plain(config, "episodes show");
  const EnvironmentSpec own = config.spec();
  std::vector<Demonstration> all;
  for (const std::string& path : paths)
    for (const fs::path& file : episode_files(path)) all.push_back(play(registry, file, own));
  return all;
}

std::unique_ptr<TrainedPolicy> load_expert(const Registry& registry, const ExperimentConfig& config,
                                           const std::string& run) {
  check_plain(config, "experts see");
  const RunFolder folder{fs::path(run)};
  if (!fs::exists(folder.config()) || !fs::exists(folder.policy()))
    refuse(run,
           "there is no trained policy in this folder; expected the folder of a finished run, "
           "such as runs/cart-pole-dqn/1");
  const ExperimentConfig trained = load_run_config(registry, folder);
  check_world(run, "a policy", trained.spec(), config.spec());
  return std::make_unique<TrainedPolicy>(trained, folder.policy());
}

}  // namespace sandlot
