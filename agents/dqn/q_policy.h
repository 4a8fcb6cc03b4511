// QPolicy: greedy in a value network. Holds the online network, which its agent teaches.
#pragma once

#include <memory>
#include <vector>

#include "agents/dqn/value_head.h"
#include "learners/network/network.h"
#include "sim/core/environment.h"
#include "sim/core/policy.h"

namespace sandlot {

class QPolicy final : public Policy {
 public:
  QPolicy(const EnvironmentSpec& spec, std::unique_ptr<Network> network, ValueHead head);

  Network& network() { return *network_; }
  const Network& network() const { return *network_; }
  const ValueHead& head() const { return head_; }
  const Space& observation() const { return observation_; }

  // q [rows, actions] of observations as the world writes them; `state` [rows, state_size] is read
  // and replaced (recurrent networks), null for none.
  const float* values(int rows, std::span<const float> observations, Noise noise, float* state);

  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override;
  void begin_episode(int row) override;
  bool action_values(std::span<const float> observation, std::span<float> values) const override;
  bool saliency(std::span<const float> observation, std::int32_t action,
                std::span<float> gradient) const override;
  std::vector<LayerView> layers() const override { return layer_views(*network_); }
  bool export_arrays(ArraySink& sink) const override;
  void save(Writer&) const override;
  void load(Reader&) override;

 private:
  Space observation_;
  std::unique_ptr<Network> network_;
  ValueHead head_;
  std::vector<float> state_;  // [rows, state_size] of the episodes being acted in
  std::vector<float> encoded_, outputs_, values_;
  // For the picture of a policy with a memory: of row 0, what was thought, and the state before.
  std::vector<float> last_values_, state_before_;
};

}  // namespace sandlot
