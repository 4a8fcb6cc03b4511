#include "agents/alpha_zero/evaluator.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace sandlot {

void softmax_of(std::span<const float> outputs, std::span<const std::int32_t> actions,
                std::span<float> chances) {
  float most = -1e30f;
  for (const auto a : actions) most = std::max(most, outputs[static_cast<std::size_t>(a)]);
  double sum = 0;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    chances[i] = std::exp(outputs[static_cast<std::size_t>(actions[i])] - most);
    sum += static_cast<double>(chances[i]);
  }
  for (std::size_t i = 0; i < actions.size(); ++i)
    chances[i] = static_cast<float>(static_cast<double>(chances[i]) / sum);
}

std::size_t Evaluator::views() const {
  return symmetric_ == SymmetricEvaluation::all && !symmetries_.empty() ? symmetries_.size() : 1;
}

void Evaluator::show(const TwoPlayerGame& game, const Symmetry* symmetry) {
  const std::size_t width = observation_.size(), row = shown_.size();
  const std::span<float> to = std::span(rows_).subspan(row * width, width);
  shown_.push_back(symmetry);
  if (!symmetry) return game.observe(to);
  plain_.resize(width);
  game.observe(plain_);
  transform(*symmetry, plain_, to);
}

void Evaluator::expand(std::span<PuctTree* const> trees, Network& network, Random& random) {
  const std::size_t views = this->views(), rows = trees.size() * views;
  if (rows_.size() < rows * observation_.size()) rows_.resize(rows * observation_.size());
  if (outputs_.size() < rows * actions_) outputs_.resize(rows * actions_);
  shown_.clear();
  for (const PuctTree* tree : trees) {
    if (symmetries_.empty() || symmetric_ == SymmetricEvaluation::none) {
      show(tree->leaf(), nullptr);
    } else if (views == 1) {
      show(tree->leaf(),
           &symmetries_[random.below(static_cast<std::uint32_t>(symmetries_.size()))]);
    } else {
      for (const Symmetry& s : symmetries_) show(tree->leaf(), &s);
    }
  }
  NetworkInput input;
  input.rows = static_cast<int>(rows);
  input.values = rows_.data();
  if (observation_.is_discrete()) {
    encode_rows(observation_, input.rows, rows_.data(), encoded_);
    input.values = encoded_.data();
  }
  network.predict(input, outputs_.data());
  std::vector<float>& mean = plain_;
  for (std::size_t t = 0; t < trees.size(); ++t) {
    const auto actions = trees[t]->leaf_actions();
    mean.assign(actions_, 0.0f);
    double value = 0;
    for (std::size_t k = 0; k < views; ++k) {
      const float* const own = outputs_.data() + (t * views + k) * actions_;
      const Symmetry* const seen = shown_[t * views + k];
      double sum = 0;
      for (std::size_t a = 0; a < actions_; ++a) {
        const std::size_t there = seen ? static_cast<std::size_t>(seen->actions[a]) : a;
        mean[a] += own[there] / static_cast<float>(views);
        sum += static_cast<double>(own[a]);
      }
      value += std::tanh(sum / static_cast<double>(actions_)) / static_cast<double>(views);
    }
    priors_.resize(actions.size());
    softmax_of(mean, actions, priors_);
    trees[t]->expand(priors_, value);
  }
}

void search_together(std::span<PuctTree* const> trees, SearchBudget budget, Evaluator& evaluator,
                     Network& network, Random& random) {
  std::vector<PuctTree*> waiting;
  const auto start = std::chrono::steady_clock::now();
  const auto limit = std::chrono::duration<double>(budget.seconds);
  bool any = false;
  do {
    any = false;
    waiting.clear();
    for (std::size_t i = 0; i < trees.size(); ++i) {
      std::int64_t& left = budget.simulations[i];
      if (left <= 0) continue;
      --left;
      any = true;
      if (trees[i]->descend()) waiting.push_back(trees[i]);
    }
    if (!waiting.empty()) evaluator.expand(waiting, network, random);
  } while (any && (budget.seconds <= 0 || std::chrono::steady_clock::now() - start < limit));
}

}  // namespace sandlot
