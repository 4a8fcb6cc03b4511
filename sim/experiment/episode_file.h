// Episode files: the world's settings, a seed and the actions. Replaying them gives the episode
// again, exactly; a file takes a few hundred bytes, most of them the settings.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "sim/experiment/evaluation.h"

namespace sandlot {

struct EpisodeFile {
  std::string label;        // "platformer-q/1 at 200000 steps"
  std::string environment;  // its section, as YAML
  PlayedEpisode episode;
};

void save_episode(const std::filesystem::path& path, const EpisodeFile& file);
// Throws ArchiveError.
EpisodeFile load_episode(const std::filesystem::path& path);

std::string environment_yaml(const Registry& registry, const EnvironmentSection& section);
// An environment section, checked as in a config. Throws ConfigError.
EnvironmentSection read_environment(const Registry& registry, const Tree& tree);
EnvironmentSection parse_environment(const Registry& registry, const std::string& yaml,
                                     const std::string& source);

// The episode played again, step by step.
class Replay {
 public:
  Replay(const Registry& registry, const EpisodeFile& file, const std::string& source);

  const Environment& environment() const { return *environment_; }
  // The action that comes next: index, or values.
  Action next_action() const;
  bool done() const { return step_ == file_.episode.length; }
  std::int64_t step() const { return step_; }
  double return_so_far() const { return return_; }
  // Plays one step. Throws std::runtime_error when the world does not do what was recorded: it was
  // recorded by a build whose world differs.
  StepResult advance();

 private:
  EpisodeFile file_;
  std::string source_;
  std::unique_ptr<Environment> environment_;
  std::int64_t step_ = 0;
  double return_ = 0;
};

}  // namespace sandlot
