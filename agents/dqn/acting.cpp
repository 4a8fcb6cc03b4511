#include "agents/dqn/acting.h"

namespace sandlot {

std::span<const std::uint8_t> legal_of(const VectorEnvironment& world, int row) {
  const auto all = world.legal_actions();
  if (all.empty()) return all;
  const auto n = static_cast<std::size_t>(world.spec().action.n);
  return all.subspan(static_cast<std::size_t>(row) * n, n);
}

void begin_rows(ReplayBuffer& replay, const VectorEnvironment& world) {
  for (int row = 0; row < world.size(); ++row)
    if (!replay.begun(row)) replay.begin(row, world.observation(row), legal_of(world, row));
}

void remember(ReplayBuffer& replay, const VectorEnvironment& world,
              std::span<const std::int32_t> actions, std::span<const float> states) {
  const std::size_t width = states.size() / actions.size();
  for (int row = 0; row < world.size(); ++row) {
    const auto i = static_cast<std::size_t>(row);
    const Status status = world.statuses()[i];
    const bool ended = status != Status::running;
    // After an end the mask is that of the next episode.
    replay.add(row, actions[i], world.rewards()[i], status,
               ended ? world.final_observation(row) : world.observation(row),
               ended ? std::span<const std::uint8_t>() : legal_of(world, row),
               states.subspan(i * width, width));
  }
}

}  // namespace sandlot
