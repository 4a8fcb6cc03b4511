// SARSA (Rummery & Niranjan 1994; Sutton & Barto 2018, section 6.4).
#pragma once

#include "agents/tabular/agent_base.h"

namespace sandlot {

class Sarsa final : public TabularAgent {
 public:
  using Settings = TabularSettings;
  Sarsa(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
      : TabularAgent(settings, spec, copies, seed) {}
  void train(TrainingContext& training) override;
};

}  // namespace sandlot
