// The policy of a run as it was, for worlds in which an agent plays against itself.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "sim/config/experiment_config.h"
#include "sim/core/past_selves.h"
#include "sim/core/perception.h"

namespace sandlot {

// The pool that the world of this run asks for; null where it asks for none.
std::shared_ptr<PastSelves> make_past_selves(const ExperimentConfig& config);

// What PastSelves::add() takes.
std::vector<std::byte> past_self(const Policy& policy, const Perception& perception);

}  // namespace sandlot
