// The games that an agent plays against itself, all of them a move at a time.
//
// Each move is searched for from an empty tree with noise at its root, and drawn by how often the
// actions were visited (Silver et al. 2017, methods, "self-play"). That nothing of a tree is kept
// makes a broken run go on with the same bytes: a game is its moves.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "agents/alpha_zero/positions.h"
#include "agents/alpha_zero/resignation.h"
#include "sim/core/vector_environment.h"

namespace sandlot {

// An action drawn with probabilities ∝ N^(1/τ), or the most visited one where τ is 0.
std::int32_t draw_action(const PuctTree& tree, double temperature, Random& random);

class SelfPlayGames {
 public:
  SelfPlayGames(const AlphaZeroSettings& settings, const EnvironmentSpec& spec, int copies,
                Seed seed);

  int size() const { return static_cast<int>(games_.size()); }
  // `start` is where games begin. What was loaded is played again; ArchiveError where that cannot
  // be.
  void begin(const TwoPlayerGame& start);
  // A move in each game. The positions of those that ended go to `positions`.
  void play(Evaluator& evaluator, Network& network, Positions& positions);

  // Of the last play(): returns are player 0's.
  std::span<const EpisodeRecord> finished() const { return finished_; }
  int resigned() const { return resigned_; }
  std::int64_t added() const { return added_; }  // positions
  const Resignation& resignation() const { return resignation_; }

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  struct SelfPlay {
    SelfPlay(const PuctSettings& settings, const Space& observation)
        : tree(settings), seen(observation) {}
    std::unique_ptr<TwoPlayerGame> game;
    PuctTree tree;
    std::vector<std::int32_t> moves;
    // Of the positions that are to be learnt from.
    PackedObservations seen;
    std::vector<std::uint16_t> visits;  // [positions, actions]
    std::vector<std::uint8_t> movers;
    std::array<double, 2> lowest{1, 1};  // what each side expected at its worst
    bool plays_on = false;
    bool fast = false;  // the present move
  };

  void start(SelfPlay& one);
  void open(SelfPlay& one);
  void check_tree(const SelfPlay& one) const;
  std::int64_t prepare(SelfPlay& one);
  void remember(SelfPlay& one);
  bool gives_up(SelfPlay& one) const;
  void finish(SelfPlay& one, int row, float outcome, Positions& positions);
  std::size_t room(std::size_t positions) const;

  AlphaZeroSettings settings_;
  Space observation_;
  std::size_t actions_;
  std::vector<SelfPlay> games_;
  Resignation resignation_;
  Random random_;  // noise, choices
  std::unique_ptr<TwoPlayerGame> start_;

  std::vector<EpisodeRecord> finished_;
  int resigned_ = 0;
  std::int64_t added_ = 0;
  bool begun_ = false;
  std::vector<PuctTree*> trees_, unknown_;
  std::vector<std::int32_t> candidates_;
  std::vector<float> row_;
};

}  // namespace sandlot
