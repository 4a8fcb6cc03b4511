// Who plays a game of Go: policies and programs behind one face.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "envs/go/game.h"
#include "envs/go/simple_player.h"
#include "sim/core/registry.h"

namespace sandlot {

class GoPlayer {
 public:
  static constexpr go::Vertex kResign = -2;
  // What was thought of a move; the winrate is the mover's, from 0 to 1.
  struct Thought {
    go::Vertex vertex = go::kPass;
    std::int64_t visits = 0;
    double winrate = 0.5;
    std::vector<go::Vertex> line;  // how it would go on, from the move itself
  };

  virtual ~GoPlayer() = default;
  virtual std::string name() const = 0;
  virtual int size() const = 0;  // of the boards that it is prepared for
  // Prepares for boards of this size; false where it cannot play on them.
  virtual bool set_size(int size) = 0;
  virtual void begin_game() {}
  // A legal move for the colour that is to move, or kResign. `seconds` > 0 is what it may take.
  virtual go::Vertex choose(const go::Game& game, double seconds) = 0;
  // Of the last choice, the best first; empty where it does not tell.
  virtual std::vector<Thought> thoughts() const { return {}; }
};

// The policy of a run's folder, or the agent of a config file as it is before any training, which
// is what agents that search need. `file`: the policy is in another file than the run's. Throws
// ConfigError, ArchiveError.
std::unique_ptr<GoPlayer> policy_player(const Registry& registry, const std::string& path,
                                        const std::vector<std::string>& overrides, Seed seed,
                                        double resign_below,
                                        const std::filesystem::path& file = {});
// Who needs no training and knows little (envs/go/simple_player.h).
std::unique_ptr<GoPlayer> simple_player(go::SimplePlayer kind, Seed seed);
// A program that speaks GTP. Throws go::EngineError.
std::unique_ptr<GoPlayer> engine_player(const std::string& command_line, double timeout);

}  // namespace sandlot
