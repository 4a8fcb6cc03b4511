// Monte-Carlo tree search for two-player zero-sum games.
//
// UCT: in the tree the child is taken that maximises its mean outcome and c √(ln N / n) (Kocsis &
// Szepesvári 2006). RAVE: the mean is mixed with that of all simulations in which the same player
// played the same action later on, by β = √(k / (3N + k)), N the parent's visits (Gelly & Silver
// 2007, "Combining online and offline knowledge in UCT", equation 12). A game may have priors: they
// start both means as visits that were never made.
//
// Progressive widening (Coulom 2007, "Computing Elo ratings of move patterns in the game of Go";
// with a power of the visits, as Couëtoux et al. 2011 have it): of a node's actions only the best
// ones by their priors are looked at, ⌈C N^α⌉ of them.
//
// With one thread and a number of simulations the search is the same for the same seed. Several
// threads share one tree, each discouraging the others from its path by a virtual loss (Chaslot,
// Winands & van den Herik 2008): what they find then depends on which is faster, and so it does
// where seconds are counted.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "sim/core/settings.h"
#include "sim/core/two_player_game.h"

namespace sandlot {

struct TreeSettings {
  std::int64_t simulations = 1000;
  double seconds = 0;
  double exploration = 0.7;
  double rave = 0;
  double prior = 1;
  double widening = 0;  // C; 0: all actions are looked at
  double widening_power = 0.5;
  int expand_after = 1;
  TwoPlayerGame::Playouts playouts = TwoPlayerGame::Playouts::uniform;
  int virtual_loss = 1;
  int threads = 1;
  std::int64_t most_nodes = 2'000'000;
  void fields(Fields& f);
};

class SearchTree {
 public:
  struct Node {
    std::int32_t action = -1;
    std::int32_t first_child = -1, children = 0;  // −1: not expanded
    std::int32_t visits = 0, pending = 0;         // pending: virtual losses
    float wins = 0;                               // of the player who chose it, 0 … 1 a visit
    float rave_visits = 0, rave_wins = 0;
    float prior_visits = 0, prior_wins = 0;
    float prior() const { return prior_visits > 0 ? prior_wins / prior_visits : 0.5f; }
    float value() const { return visits > 0 ? wins / static_cast<float>(visits) : 0.5f; }
  };

  SearchTree(const TreeSettings& settings, Seed seed);

  // The position to search from. What was found below it in the search before is kept where it
  // follows from the position of then.
  void set_root(const TwoPlayerGame& game);
  void forget();  // nothing is kept
  // Runs the simulations, or as long as the seconds allow; a root without a choice is expanded
  // only. `seconds` > 0 replaces the settings' limits.
  void search(double seconds = 0);

  // The action with the most visits, and its mean outcome for the player to move, 0 … 1.
  int best_action() const;
  double value_of(int action) const;  // ½ where it was not visited
  std::span<const Node> root_children() const {
    return nodes_.empty() ? std::span<const Node>() : children(nodes_.front());
  }
  std::int64_t simulations() const { return nodes_.empty() ? 0 : nodes_.front().visits; }
  std::int64_t reused() const { return reused_; }  // visits that set_root() found there
  // From the root on, the most visited of each.
  std::vector<std::int32_t> principal_variation(std::size_t most = 20) const;
  // The same from a child of the root, whose own action comes first.
  std::vector<std::int32_t> line_from(const Node& child, std::size_t most = 20) const;
  void reseed(Seed seed);  // of the playouts
  const TreeSettings& settings() const { return settings_; }

 private:
  struct Worker {
    std::unique_ptr<TwoPlayerGame> game;
    Random random;
    std::vector<std::int32_t> path, players;  // nodes, and who chose each
    TwoPlayerGame::Trace trace;
    std::vector<std::int32_t> candidates;
    std::vector<float> means, visits;
    std::vector<std::int8_t> first_player;  // by action, in a simulation; −1: nobody
  };

  std::span<const Node> children(const Node& node) const {
    return std::span(nodes_).subspan(static_cast<std::size_t>(std::max(node.first_child, 0)),
                                     static_cast<std::size_t>(node.children));
  }
  Node& node(std::int32_t i) { return nodes_[static_cast<std::size_t>(i)]; }
  void simulate(Worker& worker);
  void descend(Worker& worker);
  void expand(std::int32_t index, Worker& worker);
  std::size_t width(std::size_t actions, std::int64_t visits) const;
  std::int32_t select(const Node& parent) const;
  void update(Worker& worker, float outcome);
  void keep_below(std::int32_t index);
  template <class Enough>
  void run(Enough enough);

  TreeSettings settings_;
  std::unique_ptr<TwoPlayerGame> root_;
  std::vector<std::int32_t> root_moves_;
  std::vector<Node> nodes_;  // [0] is the root; the children of a node lie side by side
  std::vector<Worker> workers_;
  std::mutex mutex_;
  std::int64_t reused_ = 0;
};

}  // namespace sandlot
