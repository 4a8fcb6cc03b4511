// A search tree that a network guides: at a leaf nobody plays the game out, the network says how
// likely each action is to be good, and who will win.
//
// In the tree the action is taken that maximises
//   Q(s, a) + c(s) P(s, a) √N(s) / (1 + N(s, a)),  c(s) = log((1 + N(s) + c_base) / c_base) +
//   c_init
// (Silver et al. 2018, "A general reinforcement learning algorithm that masters chess, shogi, and
// Go through self-play", supplement, after Rosin 2011's PUCT), Q the mean of the values found below
// for the player to move, P what the network thought, N(s) the visits of s, its own evaluation
// included. An action that was not tried yet is expected to be worth what its position is, less a
// reduction.
//
// A tree waits at its leaf for an evaluation, so that those of many games can be made together.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/core/archive.h"
#include "sim/core/random.h"
#include "sim/core/settings.h"
#include "sim/core/two_player_game.h"

namespace sandlot {

struct PuctSettings {
  double exploration = 1.25;  // c_init
  double exploration_base = 19652;
  double first_play = 0.25;  // the reduction
  void fields(Fields& f);
};

class PuctTree {
 public:
  struct Node {
    std::int32_t action = -1;
    std::int32_t first_child = -1, children = 0;  // −1: not evaluated yet, or the game is over
    std::int32_t visits = 0;
    float prior = 0;
    double total = 0;  // of player 0's values
    // From −1 to 1, for this player; 0 where it was not visited.
    double value(int player) const {
      if (visits == 0) return 0;
      return (player == 0 ? total : -total) / visits;
    }
  };

  explicit PuctTree(const PuctSettings& settings) : settings_(settings) {}

  // The position to search from. What was found below it before is kept where it follows from the
  // position of then.
  void set_root(const TwoPlayerGame& game);
  void forget();  // nothing is kept

  // One simulation, down to a leaf. True where it waits for expand(); false where the game was over
  // there, which the tree has learnt.
  bool descend();
  // The leaf, its actions, and what is thought of it: priors sum to 1, the value is that of the
  // player to move.
  const TwoPlayerGame& leaf() const { return *game_; }
  std::span<const std::int32_t> leaf_actions() const { return actions_; }
  void expand(std::span<const float> priors, double value);

  bool empty() const { return nodes_.empty(); }
  bool over() const { return root_->over(); }
  bool evaluated() const { return !nodes_.empty() && nodes_.front().first_child >= 0; }
  int player() const { return root_->player_to_move(); }
  const TwoPlayerGame& game() const { return *root_; }
  const Node& root() const { return nodes_.front(); }
  std::span<const Node> root_children() const {
    return nodes_.empty() ? std::span<const Node>() : children(nodes_.front());
  }
  std::int32_t visits() const { return nodes_.empty() ? 0 : nodes_.front().visits; }
  // The root's priors become (1 − fraction) P + fraction · Dirichlet(alpha); alpha 0: 10 over the
  // number of actions.
  void add_noise(double alpha, double fraction, Random& random);

  // The action with the most visits; of equal ones that of the larger prior.
  std::int32_t best_action() const;
  // What the root's game has been through; empty before set_root().
  std::span<const std::int32_t> root_moves() const { return root_moves_; }
  void save(Writer& out) const;
  void load(Reader& in);
  // Whether each position of the tree has the actions that the game has there, from `root` on; for
  // trees that were loaded.
  bool fits(const TwoPlayerGame& root) const;

  // From a child of the root on, the most visited of each.
  std::vector<std::int32_t> line_from(const Node& child, std::size_t most = 20) const;

 private:
  std::span<const Node> children(const Node& node) const {
    return std::span(nodes_).subspan(static_cast<std::size_t>(std::max(node.first_child, 0)),
                                     static_cast<std::size_t>(node.children));
  }
  Node& node(std::int32_t i) { return nodes_[static_cast<std::size_t>(i)]; }
  std::int32_t select(const Node& parent, int player) const;
  void back_up(double first_players);
  std::int32_t following(std::span<const std::int32_t> moves) const;
  void keep_below(std::int32_t index);
  bool fits(const TwoPlayerGame& game, const Node& at) const;

  PuctSettings settings_;
  std::unique_ptr<TwoPlayerGame> root_, game_;
  std::vector<std::int32_t> root_moves_, actions_, path_;
  std::vector<Node> nodes_, kept_;  // [0] is the root; the children of a node lie side by side
};

}  // namespace sandlot
