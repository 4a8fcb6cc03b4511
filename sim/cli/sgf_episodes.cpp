#include "sim/cli/sgf_episodes.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "envs/go/sgf.h"
#include "sim/config/tree.h"

namespace sandlot {
namespace fs = std::filesystem;
namespace {

struct Options {
  std::vector<std::string> files;
  std::string out, observation = "planes";
  int history = 1, size = 0;
};

std::string yaml_of(const go::Game& game, const SgfEpisodeSettings& settings) {
  const int points = game.size() * game.size();
  char komi[32];
  std::snprintf(komi, sizeof komi, "%.1f", std::round(game.rules().komi * 2) / 2);
  return "{name: go, opponent: none, size: " + std::to_string(game.size()) + ", komi: " + komi +
         ", move_limit: " + std::to_string(std::max(3 * points, game.move_count())) +
         (settings.features ? ", observation: features"
                            : ", history: " + std::to_string(settings.history)) +
         "}";
}

std::vector<fs::path> sgf_files(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  const auto refuse = [](const std::string& path, const std::string& what) {
    throw ConfigError({{{path, 0, 0}, "", what}});
  };
  for (const std::string& path : paths) {
    if (fs::is_directory(path)) {
      for (const auto& entry : fs::recursive_directory_iterator(path))
        if (entry.path().extension() == ".sgf") files.push_back(entry.path());
    } else if (fs::exists(path)) {
      files.emplace_back(path);
    } else {
      refuse(path, "there is no such file or folder");
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) refuse(paths.front(), "there is no .sgf file in it");
  return files;
}

int convert(const Registry& registry, const Options& options) {
  const SgfEpisodeSettings settings{.history = options.history,
                                    .features = options.observation == "features"};
  const auto files = sgf_files(options.files);
  fs::create_directories(options.out);
  std::size_t written = 0, left_out = 0, moves = 0;
  const auto leave_out = [&](const std::string& what) {
    ++left_out;
    std::fprintf(stderr, "left out: %s\n", what.c_str());
  };
  for (const fs::path& file : files) {
    std::vector<go::SgfTree> trees;
    try {
      trees = go::read_sgf(file);
    } catch (const go::SgfError& e) {
      leave_out(e.what());
      continue;
    }
    for (std::size_t i = 0; i < trees.size(); ++i) {
      const std::string label = file.string() + ", game " + std::to_string(i + 1);
      std::string why_not;
      try {
        const go::Game game = go::game_of(trees[i]);
        if (options.size > 0 && game.size() != options.size)
          why_not =
              "the board is " + std::to_string(game.size()) + "×" + std::to_string(game.size());
        const auto episode =
            why_not.empty() ? episode_of(registry, game, settings, label, why_not) : std::nullopt;
        if (episode) {
          char name[32];
          std::snprintf(name, sizeof name, "%06zu.episode", ++written);
          save_episode(fs::path(options.out) / name, *episode);
          moves += episode->episode.actions.size();
        }
      } catch (const go::SgfError& e) {
        why_not = e.what();
      }
      if (!why_not.empty()) leave_out(label + ": " + why_not);
    }
  }
  std::printf("%zu games with %zu moves in %s, %zu left out\n", written, moves, options.out.c_str(),
              left_out);
  return written > 0 ? 0 : 1;
}

}  // namespace

std::optional<EpisodeFile> episode_of(const Registry& registry, const go::Game& game,
                                      const SgfEpisodeSettings& settings, const std::string& label,
                                      std::string& why_not) {
  const auto no = [&](const char* why) {
    why_not = why;
    return std::nullopt;
  };
  if (!game.setup().empty()) return no("stones were set up");
  if (game.move_count() == 0) return no("it has no moves");
  for (int i = 0; i < game.move_count(); ++i)
    if (game.move(i).color != (i % 2 == 0 ? go::kBlack : go::kWhite))
      return no("a colour moves twice, or White first");
  EnvironmentSection section = parse_environment(registry, yaml_of(game, settings), label);
  // Passes may end the game before the file does.
  int moves = 0, passes = 0;
  while (moves < game.move_count() && passes < 2)
    passes = game.move(moves++).vertex == go::kPass ? passes + 1 : 0;
  if (passes < 2) section.wrappers.step_limit = moves;
  EpisodeFile file{label, environment_yaml(registry, section), {}};
  PlayedEpisode& played = file.episode;
  const auto world = section.world->make(section.wrappers);
  world->reset(played.seed);
  for (int i = 0; i < moves; ++i) {
    const std::int32_t action = game.board().point_of(game.move(i).vertex);
    const StepResult result = world->step({.index = action, .values = {}});
    played.actions.push_back(action);
    played.episode_return += static_cast<double>(result.reward);
    played.status = result.status;
  }
  played.length = moves;
  if (played.status == Status::running) return no("it goes on behind its end");
  return file;
}

void add_sgf(CLI::App& app, std::function<int(const Registry&)>& run) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("sgf",
                         "Turn games in SGF files into episodes, to learn from by imitation.\n"
                         "  sandlot sgf games --size 5 --out runs/shown");
  verb->add_option("files", options->files, "SGF files, and folders of them")->required();
  verb->add_option("--out", options->out, "the folder for the episodes")->required();
  verb->add_option("--size", options->size, "games on other boards are left out; 0: none are")
      ->check(CLI::Range(0, 25))
      ->capture_default_str();
  verb->add_option("--observation", options->observation, "planes or features, as the learner's")
      ->check(CLI::IsMember({"planes", "features"}))
      ->capture_default_str();
  verb->add_option("--history", options->history, "of planes, as the learner's")
      ->check(CLI::Range(1, 8))
      ->capture_default_str();
  verb->callback([&run, options] {
    run = [options](const Registry& registry) { return convert(registry, *options); };
  });
}

}  // namespace sandlot
