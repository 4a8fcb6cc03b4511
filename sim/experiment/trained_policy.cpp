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
  const EnvironmentSpec spec = config.spec();
  agent_ = config.agent.agent->make(spec, config.environment.copies, 0);
  if (normalized) {
    statistics_ = std::make_unique<ObservationStatistics>(spec.observation.size());
    statistics_->load(in);
    normalized_ = std::make_unique<NormalizedPolicy>(agent_->policy(), *statistics_);
  }
  agent_->policy().load(in);
  if (in.remaining() != 0) in.fail("there is more in it than the policy");
}

void save_policy(const std::filesystem::path& file, const Policy& policy, std::int64_t steps,
                 const ObservationStatistics* statistics) {
  Writer out;
  out.write(steps);
  out.write(statistics != nullptr);
  if (statistics) statistics->save(out);
  policy.save(out);
  save_archive(file, kKind, kVersion, out);
}

}  // namespace sandlot
