// Q-learning (Watkins 1989; Sutton & Barto 2018, section 6.5).
#pragma once

#include "agents/tabular/agent_base.h"

namespace sandlot {

class QLearning final : public TabularAgent {
 public:
  using Settings = TabularSettings;
  QLearning(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
      : TabularAgent(settings, spec, copies, seed) {}
  void train(TrainingContext& training) override;
};

}  // namespace sandlot
