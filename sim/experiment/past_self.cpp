#include "sim/experiment/past_self.h"

#include "sim/core/agent.h"
#include "sim/core/archive.h"

namespace sandlot {
namespace {

// An agent of the same settings, of which only the policy is used, and how it sees.
class OtherSelf final : public Policy {
 public:
  explicit OtherSelf(const ExperimentConfig& config)
      : agent_(config.agent.agent->make(config.spec(), 1, 0)),
        perception_(config.make_perception(0)),
        policy_(agent_->policy(), *perception_) {}

  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override {
    policy_.act(rows, observations, legal, actions, continuous, random);
  }
  void look(int row, const Environment& world) override { policy_.look(row, world); }
  void begin_episode(int row) override { policy_.begin_episode(row); }
  void save(Writer& out) const override {
    perception_->save(out);
    policy_.save(out);
  }
  void load(Reader& in) override {
    perception_->load(in);
    policy_.load(in);
  }

 private:
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<Perception> perception_;
  PerceivingPolicy policy_;
};

}  // namespace

std::shared_ptr<PastSelves> make_past_selves(const ExperimentConfig& config) {
  const EnvironmentSpec spec = config.spec();
  if (!spec.past_selves) return nullptr;
  return std::make_shared<PastSelves>(*spec.past_selves,
                                      [config] { return std::make_shared<OtherSelf>(config); });
}

std::vector<std::byte> past_self(const Policy& policy, const Perception& perception) {
  Writer out;
  perception.save(out);
  policy.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

}  // namespace sandlot
