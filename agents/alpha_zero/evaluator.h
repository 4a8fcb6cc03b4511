// Evaluator: what a network thinks of the leaves of many trees, in one batch.
//
// The network is a dueling one (learners/network/architecture.h): its outputs are
// v + h(a) − mean h. Their mean is v, of which tanh is the value for the player to move, and their
// softmax over the actions that a position has is its policy, which no v changes.
#pragma once

#include <span>
#include <vector>

#include "agents/alpha_zero/puct_tree.h"
#include "learners/network/network.h"
#include "sim/core/environment.h"

namespace sandlot {

// How a position is shown to the network: as it is, turned and mirrored by chance (Silver et al.
// 2017), or in every way, of which the mean is taken.
enum class SymmetricEvaluation : std::uint8_t { none, random, all };

class Evaluator {
 public:
  Evaluator(const Space& observation, int actions, SymmetricEvaluation symmetric)
      : observation_(observation),
        actions_(static_cast<std::size_t>(actions)),
        symmetric_(symmetric) {}

  void set_symmetries(std::vector<Symmetry> symmetries) { symmetries_ = std::move(symmetries); }
  const std::vector<Symmetry>& symmetries() const { return symmetries_; }

  // Expands each of the trees, which wait at a leaf.
  void expand(std::span<PuctTree* const> trees, Network& network, Random& random);

 private:
  std::size_t views() const;
  void show(const TwoPlayerGame& game, const Symmetry* symmetry);

  Space observation_;
  std::size_t actions_;
  SymmetricEvaluation symmetric_;
  std::vector<Symmetry> symmetries_;
  std::vector<const Symmetry*> shown_;  // by row; null: as it is
  std::vector<float> plain_, rows_, encoded_, outputs_, priors_;
};

// exp(x − max) over their sum, for the outputs of these actions.
void softmax_of(std::span<const float> outputs, std::span<const std::int32_t> actions,
                std::span<float> chances);

// Searches all trees at once, one leaf of each in a batch; `simulations` is for each. `seconds` >
// 0: until they are over.
struct SearchBudget {
  std::vector<std::int64_t> simulations;
  double seconds = 0;
};
void search_together(std::span<PuctTree* const> trees, SearchBudget budget, Evaluator& evaluator,
                     Network& network, Random& random);

}  // namespace sandlot
