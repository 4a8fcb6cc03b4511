#include "agents/search/mcts.h"

#include <algorithm>

#include "agents/search/world_game.h"

namespace sandlot {

void MctsPolicy::look(int row, const Environment& world) {
  const auto i = static_cast<std::size_t>(row);
  if (i >= trees_.size()) {
    trees_.resize(i + 1);
    looked_.resize(i + 1);
  }
  std::unique_ptr<TwoPlayerGame> game = world.game();
  if (!game) {
    auto copy = world.clone();
    if (!copy) throw std::logic_error(world.spec().name + " cannot be copied; a search needs that");
    game = std::make_unique<WorldGame>(std::move(copy));
  }
  if (!trees_[i]) trees_[i] = std::make_unique<SearchTree>(settings_, 0);
  trees_[i]->set_root(*game);
  looked_[i] = true;
}

void MctsPolicy::act(int rows, std::span<const float>, std::span<const std::uint8_t>,
                     std::span<std::int32_t> actions, std::span<float>, Random& random) {
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    if (row >= looked_.size() || !looked_[row])
      throw std::logic_error("a search must look at the world before it acts");
    looked_[row] = false;
    trees_[row]->reseed(random.next_u64());
    trees_[row]->search(seconds_);
    actions[row] = trees_[row]->best_action();
  }
}

void MctsPolicy::begin_episode(int row) {
  const auto i = static_cast<std::size_t>(row);
  if (i < trees_.size() && trees_[i]) trees_[i]->forget();
  if (i < looked_.size()) looked_[i] = false;
}

bool MctsPolicy::action_values(std::span<const float>, std::span<float> values) const {
  if (trees_.empty() || !trees_[0] || static_cast<int>(values.size()) != actions_) return false;
  std::fill(values.begin(), values.end(), -1.0f);
  bool any = false;
  for (const auto& child : trees_[0]->root_children()) {
    if (child.visits == 0) continue;
    values[static_cast<std::size_t>(child.action)] = 2 * child.value() - 1;
    any = true;
  }
  return any;
}

std::vector<Consideration> MctsPolicy::considered(int row) const {
  const auto i = static_cast<std::size_t>(row);
  std::vector<Consideration> all;
  if (i >= trees_.size() || !trees_[i]) return all;
  for (const auto& child : trees_[i]->root_children()) {
    if (child.visits == 0) continue;
    all.push_back({child.action, child.visits, 2 * static_cast<double>(child.value()) - 1,
                   trees_[i]->line_from(child)});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.visits > b.visits; });
  return all;
}

void Mcts::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  if (!spec.action.is_discrete() || (spec.players != 2 && !spec.gives_game))
    issues.add("name", "needs a game for two; " + spec.name + " is none");
  if (simulations == 0 && seconds <= 0)
    issues.add("simulations", "expected simulations or seconds above 0");
}

Mcts::Mcts(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : policy_(settings, spec.action.n),
      random_(derive(seed, "search")),
      actions_(static_cast<std::size_t>(copies)) {}

void Mcts::train(TrainingContext& training) {
  while (training.proceed(*this)) {
    const VectorEnvironment& worlds = training.environment();
    for (int row = 0; row < worlds.size(); ++row) {
      // A tree that is kept would be lost by a break of the run, and with it the same bytes.
      policy_.begin_episode(row);
      policy_.look(row, worlds.environment(row));
    }
    policy_.act(worlds.size(), worlds.observations(), worlds.legal_actions(), actions_, {},
                random_);
    training.step({.discrete = actions_, .continuous = {}});
  }
}

}  // namespace sandlot
