// Between a vector environment and the replay memory, for all agents of the family.
#pragma once

#include "agents/dqn/replay.h"
#include "sim/core/vector_environment.h"

namespace sandlot {

// The mask of one row; empty where every action is always legal.
std::span<const std::uint8_t> legal_of(const VectorEnvironment& world, int row);

// Rows that are at their episode's first observation are begun in the memory.
void begin_rows(ReplayBuffer& replay, const VectorEnvironment& world);

// What each row's action led to. `states` [rows, state_size]: the network's memory after the
// observation acted on, or empty.
void remember(ReplayBuffer& replay, const VectorEnvironment& world,
              std::span<const std::int32_t> actions, std::span<const float> states = {});

}  // namespace sandlot
