#include "sim/core/stored_policy.h"

#include <stdexcept>
#include <utility>

namespace sandlot {
namespace {

StoredPolicyOpener& opener() {
  static StoredPolicyOpener one;
  return one;
}

}  // namespace

void set_stored_policy_opener(StoredPolicyOpener given) { opener() = std::move(given); }

std::shared_ptr<Policy> open_stored_policy(const std::string& run, const EnvironmentSpec& world) {
  if (!opener()) throw std::runtime_error(run + ": this program opens no policies of other runs");
  return opener()(run, world);
}

}  // namespace sandlot
