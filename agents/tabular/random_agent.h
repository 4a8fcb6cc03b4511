// The baseline: every legal action with the same chance, learning nothing.
#pragma once

#include "sim/core/agent.h"
#include "sim/core/random_policy.h"
#include "sim/core/settings.h"

namespace sandlot {

class RandomAgent final : public Agent {
 public:
  static constexpr bool kPlaysBothSides = true;
  struct Settings {
    void fields(Fields&) {}
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };
  RandomAgent(const Settings&, const EnvironmentSpec& spec, int copies, Seed seed);
  void train(TrainingContext& training) override;
  Policy& policy() override { return policy_; }
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  RandomPolicy policy_;
  Random random_;
  std::vector<std::int32_t> actions_;
  std::vector<float> values_;
};

}  // namespace sandlot
