#include "agents/alpha_zero/policy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "agents/search/world_game.h"
#include "learners/network/export.h"

namespace sandlot {

std::unique_ptr<TwoPlayerGame> game_of(const Environment& world) {
  if (auto game = world.game()) return game;
  auto copy = world.clone();
  if (!copy) throw std::logic_error(world.spec().name + " cannot be copied; a search needs that");
  return std::make_unique<WorldGame>(std::move(copy));
}

AlphaZeroPolicy::AlphaZeroPolicy(const AlphaZeroSettings& settings, const EnvironmentSpec& spec,
                                 std::unique_ptr<Network> network)
    : settings_(settings),
      observation_(spec.observation),
      actions_(static_cast<std::size_t>(spec.action.n)),
      network_(std::move(network)),
      evaluator_(spec.observation, spec.action.n, settings.symmetric) {}

void AlphaZeroPolicy::look(int row, const Environment& world) {
  const auto i = static_cast<std::size_t>(row);
  if (i >= trees_.size()) {
    trees_.resize(i + 1);
    looked_.resize(i + 1);
  }
  const auto game = game_of(world);
  if (!knows_symmetries_) {
    evaluator_.set_symmetries(game->symmetries());
    knows_symmetries_ = true;
  }
  if (!trees_[i]) trees_[i] = std::make_unique<PuctTree>(settings_.search);
  trees_[i]->set_root(*game);
  looked_[i] = true;
}

void AlphaZeroPolicy::act(int rows, std::span<const float>, std::span<const std::uint8_t>,
                          std::span<std::int32_t> actions, std::span<float>, Random& random) {
  const auto count = static_cast<std::size_t>(rows);
  searched_.clear();
  for (std::size_t row = 0; row < count; ++row) {
    if (row >= looked_.size() || !looked_[row])
      throw std::logic_error("a search must look at the world before it acts");
    looked_[row] = false;
    if (!trees_[row]->over()) searched_.push_back(trees_[row].get());
  }
  SearchBudget budget;
  budget.seconds = seconds_ > 0 ? seconds_ : settings_.search.seconds;
  const bool counted = seconds_ <= 0 && settings_.search.simulations > 0;
  budget.simulations.assign(searched_.size(), counted ? settings_.search.simulations
                                                      : std::numeric_limits<std::int64_t>::max());
  search_together(searched_, std::move(budget), evaluator_, *network_, random);
  for (std::size_t row = 0; row < count; ++row) actions[row] = trees_[row]->best_action();
}

void AlphaZeroPolicy::begin_episode(int row) {
  const auto i = static_cast<std::size_t>(row);
  if (i < trees_.size() && trees_[i]) trees_[i]->forget();
  if (i < looked_.size()) looked_[i] = false;
}

bool AlphaZeroPolicy::action_values(std::span<const float>, std::span<float> values) const {
  if (trees_.empty() || !trees_[0] || values.size() != actions_) return false;
  std::fill(values.begin(), values.end(), -1.0f);
  bool any = false;
  for (const auto& child : trees_[0]->root_children()) {
    if (child.visits == 0) continue;
    values[static_cast<std::size_t>(child.action)] =
        static_cast<float>(child.value(trees_[0]->player()));
    any = true;
  }
  return any;
}

std::vector<Consideration> AlphaZeroPolicy::considered(int row) const {
  const auto i = static_cast<std::size_t>(row);
  std::vector<Consideration> all;
  if (i >= trees_.size() || !trees_[i] || trees_[i]->empty()) return all;
  const PuctTree& tree = *trees_[i];
  std::vector<const PuctTree::Node*> order;
  for (const auto& child : tree.root_children())
    if (child.visits > 0) order.push_back(&child);
  // As best_action() chooses.
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return a->visits != b->visits ? a->visits > b->visits : a->prior > b->prior;
  });
  for (const auto* child : order)
    all.push_back(
        {child->action, child->visits, child->value(tree.player()), tree.line_from(*child)});
  return all;
}

bool AlphaZeroPolicy::export_arrays(ArraySink& sink) const {
  export_space(observation_, sink);
  export_network(*network_, sink);
  sink.add_text("policy", "logits");
  return true;
}

void AlphaZeroPolicy::save(Writer& out) const {
  out.tag("policy network");
  std::vector<float> weights(network_->parameter_count());
  network_->get_weights(weights);
  out.write(weights);
}

void AlphaZeroPolicy::load(Reader& in) {
  in.expect_tag("policy network");
  std::vector<float> weights;
  in.read(weights);
  if (weights.size() != network_->parameter_count())
    in.fail("the weights are those of another network");
  for (const float w : weights)
    if (!std::isfinite(w)) in.fail("a weight is not finite");
  network_->set_weights(weights);
  for (auto& tree : trees_)
    if (tree) tree->forget();
}

}  // namespace sandlot
