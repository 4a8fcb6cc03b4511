#include "sim/cli/stored_policies.h"

#include <filesystem>
#include <stdexcept>

#include "sim/core/registry.h"
#include "sim/core/stored_policy.h"
#include "sim/experiment/run_folder.h"
#include "sim/experiment/trained_policy.h"

namespace sandlot {
namespace {

std::shared_ptr<Policy> open(const Registry& registry, const std::string& run,
                             const EnvironmentSpec& world) {
  const RunFolder folder{std::filesystem::path(run)};
  if (!std::filesystem::exists(folder.config()) || !std::filesystem::exists(folder.policy()))
    throw std::runtime_error(run +
                             ": there is no trained policy in this folder; expected the folder of "
                             "a run, such as runs/go-5x5-dqn/1");
  const ExperimentConfig config = load_run_config(registry, folder);
  const EnvironmentSpec theirs = config.spec();
  if (theirs.name != world.name)
    throw std::runtime_error(run + ": this policy plays " + theirs.name + "; expected one for " +
                             world.name);
  const auto compare = [&](const char* what, const Space& then, const Space& now) {
    if (then == now) return;
    throw std::runtime_error(run + ": the policy's " + what + " are " + then.describe() +
                             "; expected those of this world, " + now.describe());
  };
  compare("observations", theirs.observation, world.observation);
  compare("actions", theirs.action, world.action);
  auto trained = std::make_shared<TrainedPolicy>(config, folder.policy());
  Policy* const policy = &trained->policy();
  return {std::move(trained), policy};
}

}  // namespace

void use_stored_policies(const Registry& registry) {
  set_stored_policy_opener([&registry](const std::string& run, const EnvironmentSpec& world) {
    return open(registry, run, world);
  });
}

}  // namespace sandlot
