// An agent that learns nothing: it searches before each action. See tree.h for the method.
#pragma once

#include <string>
#include <vector>

#include "agents/search/tree.h"
#include "sim/core/agent.h"
#include "sim/core/environment.h"

namespace sandlot {

// Looks at the world itself before it acts, and remembers each row's tree.
class MctsPolicy final : public Policy {
 public:
  MctsPolicy(const TreeSettings& settings, int actions) : settings_(settings), actions_(actions) {}

  void look(int row, const Environment& world) override;
  // std::logic_error for a row that look() was not called for.
  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override;
  void begin_episode(int row) override;
  // The mean outcomes of the last search in row 0, from −1 to 1, of actions that were visited; −1
  // for the others.
  bool action_values(std::span<const float> observation, std::span<float> values) const override;
  // Replaces the settings' limits until it is called with 0.
  void limit_time(double seconds) override { seconds_ = seconds; }
  std::vector<Consideration> considered(int row) const override;
  void save(Writer&) const override {}
  void load(Reader&) override {}

 private:
  TreeSettings settings_;
  int actions_;
  double seconds_ = 0;                              // 0: as the settings say
  std::vector<std::unique_ptr<SearchTree>> trees_;  // by row
  std::vector<bool> looked_;
};

class Mcts final : public Agent {
 public:
  static constexpr bool kPlaysBothSides = true;
  struct Settings : TreeSettings {
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };
  Mcts(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);
  void train(TrainingContext& training) override;
  Policy& policy() override { return policy_; }
  void save(Writer& out) const override { random_.save(out); }
  void load(Reader& in) override { random_.load(in); }

 private:
  MctsPolicy policy_;
  Random random_;
  std::vector<std::int32_t> actions_;
};

}  // namespace sandlot
