// Helpers of the worlds whose states can be counted.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "envs/classic/grid.h"
#include "sim/core/archive.h"
#include "sim/core/environment.h"

namespace sandlot::classic {

// Builds a model. `fill(state, action, outcomes)` adds the outcomes of one pair; a pair to which it
// adds none belongs to a terminal state and becomes absorbing without reward, as Gymnasium has it.
template <class Fill>
std::unique_ptr<TabularModel> make_model(int states, int actions, std::vector<double> start,
                                         const Fill& fill) {
  auto model = std::make_unique<TabularModel>();
  model->states = states;
  model->actions = actions;
  model->start = std::move(start);
  model->outcomes.reserve(static_cast<std::size_t>(states) * static_cast<std::size_t>(actions));
  for (int s = 0; s < states; ++s) {
    for (int a = 0; a < actions; ++a) {
      auto& outcomes = model->outcomes.emplace_back();
      fill(s, a, outcomes);
      if (outcomes.empty()) outcomes.push_back({1, s, 0, true});
    }
  }
  return model;
}

inline std::vector<double> certain_start(int states, int start) {
  std::vector<double> distribution(static_cast<std::size_t>(states));
  distribution[static_cast<std::size_t>(start)] = 1;
  return distribution;
}

inline void name_moves(EnvironmentSpec& spec, std::span<const Move> moves) {
  spec.action = Space::discrete(static_cast<int>(moves.size()));
  for (const Move& move : moves) {
    spec.action_names.emplace_back(move.name);
    spec.action_keys.emplace_back(move.keys);
  }
}

// A whole number below `count`; throws ArchiveError for any other.
inline int read_below(Reader& in, int count) {
  const int value = in.read<int>();
  if (value < 0 || value >= count) in.fail("a number is outside its range");
  return value;
}

inline Cell read_cell(Reader& in, Grid grid) { return grid.cell(read_below(in, grid.size())); }

}  // namespace sandlot::classic
