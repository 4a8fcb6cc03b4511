// The teacher that a world brings along: its own player by rules.
#pragma once

#include <cstdint>
#include <span>

#include "sim/core/settings.h"
#include "sim/core/vector_environment.h"

namespace sandlot {

// That the world has one.
void check_rules(const EnvironmentSpec& spec, Issues& issues);
// What it would do now, in each row.
void ask_rules(const VectorEnvironment& world, std::span<std::int32_t> advice);

}  // namespace sandlot
