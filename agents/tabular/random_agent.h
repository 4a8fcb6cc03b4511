// The baseline: every legal action with the same chance, learning nothing.
#pragma once

#include "sim/core/agent.h"
#include "sim/core/settings.h"

namespace sandlot {

class RandomPolicy final : public Policy {
 public:
  explicit RandomPolicy(const Space& action) : action_(action) {}
  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override;
  void save(Writer&) const override {}
  void load(Reader&) override {}

 private:
  Space action_;
};

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
