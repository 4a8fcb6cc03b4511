// AlphaZeroPolicy: searches before it acts, without noise, and plays what was visited most.
#pragma once

#include <memory>
#include <vector>

#include "agents/alpha_zero/settings.h"
#include "sim/core/environment.h"
#include "sim/core/policy.h"

namespace sandlot {

class AlphaZeroPolicy final : public Policy {
 public:
  AlphaZeroPolicy(const AlphaZeroSettings& settings, const EnvironmentSpec& spec,
                  std::unique_ptr<Network> network);

  Network& network() { return *network_; }
  const Network& network() const { return *network_; }

  void look(int row, const Environment& world) override;
  // std::logic_error for a row that look() was not called for.
  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override;
  void begin_episode(int row) override;
  // The mean values of the last search in row 0, of actions that were visited; −1 for the others.
  bool action_values(std::span<const float> observation, std::span<float> values) const override;
  void limit_time(double seconds) override { seconds_ = seconds; }
  std::vector<Consideration> considered(int row) const override;
  std::vector<LayerView> layers() const override { return layer_views(*network_); }
  bool export_arrays(ArraySink& sink) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  AlphaZeroSettings settings_;
  Space observation_;
  std::size_t actions_;
  std::unique_ptr<Network> network_;
  Evaluator evaluator_;
  double seconds_ = 0;
  bool knows_symmetries_ = false;
  std::vector<std::unique_ptr<PuctTree>> trees_;  // by row
  std::vector<bool> looked_;
  std::vector<PuctTree*> searched_;
};

// The present state of a world as a game; std::logic_error where it can be neither had nor copied.
std::unique_ptr<TwoPlayerGame> game_of(const Environment& world);

}  // namespace sandlot
