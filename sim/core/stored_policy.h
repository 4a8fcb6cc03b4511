// Policies of other runs, for worlds in which one of them plays the other side.
//
// A world reads no files and knows no agents. The program says once how the folder of a run becomes a
// policy, and worlds ask for it by the folder's name.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sim/core/environment.h"
#include "sim/core/policy.h"

namespace sandlot {

// A policy that acts on what `world` observes; throws std::runtime_error where the folder holds none.
using StoredPolicyOpener =
    std::function<std::shared_ptr<Policy>(const std::string& run, const EnvironmentSpec& world)>;

// Called before any world is made; replaces the one before.
void set_stored_policy_opener(StoredPolicyOpener opener);
// Each call gives a policy of its own. Throws std::runtime_error, also where nobody said how.
std::shared_ptr<Policy> open_stored_policy(const std::string& run, const EnvironmentSpec& world);

}  // namespace sandlot
