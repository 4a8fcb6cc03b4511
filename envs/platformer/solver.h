// Solver: finds a way to the flag by searching over the real physics.
//
// Weighted best-first search (Pohl 1970) over short presses of a few button combinations. A state
// is a copy of the World, so what the search finds is exactly what the world will do when the
// buttons are pressed again. The search is deterministic.
#pragma once

#include <vector>

#include "envs/platformer/world.h"

namespace sandlot::platformer {

struct SolverLimits {
  int max_states = 40000;  // kept; each takes about 2 KB and the level's tiles
  double greed = 4;        // weight of the distance still to go against the time already used
};

struct Solution {
  bool found = false;
  std::vector<Buttons> buttons;  // one per step
  int states = 0;                // states that the search made
};

Solution solve(const World& start, const SolverLimits& limits = {});
// From the level's start, with 100 s on the clock.
Solution solve(std::shared_ptr<const Level> level, const SolverLimits& limits = {});

}  // namespace sandlot::platformer
