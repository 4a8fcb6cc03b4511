// AlphaZero: learns a game for two from nothing but games against itself.
//
// A network says of each position how good the actions are, p, and who will win, v. A tree search
// guided by it (puct_tree.h) plays all copies' games against itself; what the search found is what
// the network learns, by the loss
//   (z − v)² − π · log p + c ‖θ‖²
// (Silver et al. 2018, equation 1), z the game's end for the player to move, π the visits of the
// search over their sum, c the optimiser's weight_decay. The newest positions are drawn uniformly,
// each turned or mirrored by chance where the game has symmetries.
//
// Games begin where the world's do, and both sides are the agent's, also where the world has an
// opponent inside: that one is who the agent is evaluated against. A step is a move of a game.
// Differences to the paper: a convolutional tower without batch normalisation; the newest network
// plays at once unless gating is asked for (as Silver et al. 2017 did); games may begin with drawn
// moves; no tree is kept from move to move while learning unless `self_play.keep_tree` says so.
#pragma once

#include <memory>
#include <vector>

#include "agents/alpha_zero/games.h"
#include "agents/alpha_zero/policy.h"
#include "sim/core/agent.h"

namespace sandlot {

class AlphaZero final : public Agent {
 public:
  static constexpr bool kPlaysBothSides = true;
  using Settings = AlphaZeroSettings;
  AlphaZero(const AlphaZeroSettings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  void train(TrainingContext& training) override;
  Policy& policy() override { return policy_; }
  std::vector<std::string> metrics() const override;
  std::string describe() const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

  // For tests. The means of a batch, and the gradient in the network.
  struct Losses {
    double policy = 0, value = 0;
  };
  Losses differentiate(std::span<const std::size_t> batch);
  Positions& positions() { return positions_; }
  Network& learner() { return candidate_ ? *candidate_ : policy_.network(); }
  // The candidate's share of the points in games against the network that plays.
  double match(const TwoPlayerGame& start);

 private:
  void learn(TrainingContext& training);
  void gate(TrainingContext& training);
  void fill(std::size_t row, std::size_t position);
  Losses differentiate_row(const float* outputs, std::size_t row, std::size_t rows, double target);

  AlphaZeroSettings settings_;
  EnvironmentSpec spec_;
  std::size_t actions_;
  AlphaZeroPolicy policy_;              // its network plays
  std::unique_ptr<Network> candidate_;  // learns, where it must prove itself; else that one does
  Evaluator evaluator_;
  SelfPlayGames games_;
  Positions positions_;
  Random random_;    // batches, symmetries, matches
  double owed_ = 0;  // updates that new positions are worth and that were not made yet
  std::int64_t since_match_ = 0;
  std::unique_ptr<TwoPlayerGame> start_;

  std::vector<std::size_t> batch_;
  std::vector<float> rows_, plain_, encoded_, gradient_, chances_;
  std::vector<std::uint16_t> visits_;  // [batch, actions]
  std::vector<std::int32_t> present_;
};

}  // namespace sandlot
