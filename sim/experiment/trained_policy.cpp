#include "sim/experiment/trained_policy.h"

#include "sim/core/archive.h"

namespace sandlot {
namespace {

constexpr std::string_view kKind = "sandlot policy";
constexpr std::uint32_t kVersion = 1;

}  // namespace

TrainedPolicy::TrainedPolicy(const ExperimentConfig& config, const std::filesystem::path& file) {
  const ArchiveFile archive(file, kKind, kVersion);
  Reader in = archive.reader();
  in.read(steps_);
  const bool normalized = in.read<bool>();
  if (normalized != config.environment.wrappers.normalize_observations)
    in.fail("it was trained with other settings of normalize_observations");
  agent_ = config.agent.agent->make(config.spec(), config.environment.copies, 0);
  perception_ = config.make_perception(0);
  perception_->load(in);
  policy_ = std::make_unique<PerceivingPolicy>(agent_->policy(), *perception_);
  agent_->policy().load(in);
  if (in.remaining() != 0) in.fail("there is more in it than the policy");
}

void save_policy(const std::filesystem::path& file, const Policy& policy, std::int64_t steps,
                 const Perception& perception) {
  Writer out;
  out.write(steps);
  out.write(perception.statistics() != nullptr);
  perception.save(out);
  policy.save(out);
  save_archive(file, kKind, kVersion, out);
}

}  // namespace sandlot
