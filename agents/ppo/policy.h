// PpoPolicy: the most likely action of a policy network. Holds the network, which its agent
// teaches.
#pragma once

#include <memory>
#include <vector>

#include "agents/ppo/action_head.h"
#include "learners/network/network.h"
#include "sim/core/environment.h"
#include "sim/core/policy.h"

namespace sandlot {

// It has no action_values(): probabilities shown as values would say that an action is worth what
// it is likely.
class PpoPolicy final : public Policy {
 public:
  // A network with more outputs than the head takes has others behind them.
  PpoPolicy(const EnvironmentSpec& spec, std::unique_ptr<Network> network);

  Network& network() { return *network_; }
  const Network& network() const { return *network_; }
  const ActionHead& head() const { return head_; }

  // [rows, network().outputs()] of observations as the world writes them; valid until the next
  // call.
  const float* outputs(int rows, std::span<const float> observations);

  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override;
  bool saliency(std::span<const float> observation, std::int32_t action,
                std::span<float> gradient) const override;
  std::vector<LayerView> layers() const override { return layer_views(*network_); }
  // The network; `policy`: what its first outputs are, logits or means; of means `action.middle`
  // and `action.half`, which take them to the world, and `action.low` and `action.high`.
  bool export_arrays(ArraySink& sink) const override;
  void save(Writer&) const override;
  void load(Reader&) override;

 private:
  Space observation_;
  std::unique_ptr<Network> network_;
  ActionHead head_;
  std::vector<float> encoded_, outputs_;
};

}  // namespace sandlot
