// A two-player zero-sum game of perfect information, as searches need it: cheap to copy, stepped by
// the action numbers of the world that gave it, and able to play itself out.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "sim/core/random.h"
#include "sim/core/symmetry.h"

namespace sandlot {

class TwoPlayerGame {
 public:
  // What was played on the way to the end, for all-moves-as-first statistics: action · 2 + player.
  using Trace = std::vector<std::int32_t>;
  enum class Playouts : std::uint8_t { uniform, heuristic };

  virtual ~TwoPlayerGame() = default;

  virtual std::unique_ptr<TwoPlayerGame> clone() const = 0;
  // Becomes equal to `other`, which came from the same world; allocates nothing once warm.
  virtual void assign(const TwoPlayerGame& other) = 0;

  virtual int actions() const = 0;
  virtual int player_to_move() const = 0;  // 0 or 1
  virtual bool over() const = 0;
  // Player 0's, from −1 (lost) to 1 (won); of a game that is over.
  virtual float outcome() const = 0;
  // The legal actions that are worth a look, at least one while the game is not over.
  virtual void candidates(std::vector<std::int32_t>& out) const = 0;
  virtual void play(int action) = 0;
  // Back to where games begin.
  virtual void restart() = 0;
  // Writes what the world's observe() would, as the player to move sees it.
  virtual void observe(std::span<float> out) const = 0;
  // Those of observations and actions, the identity first; empty where there are none. They need an
  // observation of planes.
  virtual std::vector<Symmetry> symmetries() const { return {}; }
  // What was played since the game began; empty where it is not known.
  virtual std::span<const std::int32_t> moves() const { return {}; }

  // What is thought of actions before any search: to each candidate a number of imagined visits and
  // its mean outcome in them, for the player to move, from 0 (lost) to 1 (won).
  virtual void priors(std::span<const std::int32_t> candidates, std::span<float> means,
                      std::span<float> visits) const {
    for (std::size_t i = 0; i < candidates.size(); ++i) means[i] = 0.5f, visits[i] = 0;
  }

  // Plays to the end and returns outcome(); adds what was played to `trace` where it is not null.
  // The default draws from the candidates. The game itself is left in any state: assign() it anew.
  virtual float playout(Playouts, Random& random, Trace* trace) {
    std::vector<std::int32_t> choice;
    while (!over()) {
      candidates(choice);
      const auto action = choice[random.below(static_cast<std::uint32_t>(choice.size()))];
      if (trace) trace->push_back(action * 2 + player_to_move());
      play(action);
    }
    return outcome();
  }
};

}  // namespace sandlot
