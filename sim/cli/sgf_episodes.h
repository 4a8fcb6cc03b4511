// Games in SGF files as episodes, so that a policy can learn from them (the agent `imitation`).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "envs/go/game.h"
#include "sim/experiment/episode_file.h"

namespace CLI {
class App;
}

namespace sandlot {

struct SgfEpisodeSettings {
  int history = 1;
  bool features = false;  // what the world shows: features, not planes
};

// Both sides' moves as one episode of a world `go` without an opponent, which ends with the game,
// or is cut off where the file ends before it. Nothing, with the reason in `why_not`, for a game
// that such a world cannot have: stones that were set up, a colour that moves twice, no moves.
std::optional<EpisodeFile> episode_of(const Registry& registry, const go::Game& game,
                                      const SgfEpisodeSettings& settings, const std::string& label,
                                      std::string& why_not);

// The verb `sgf`.
void add_sgf(CLI::App& app, std::function<int(const Registry&)>& run);

}  // namespace sandlot
