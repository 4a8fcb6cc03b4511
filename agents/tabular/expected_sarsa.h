// Expected SARSA (van Seijen et al. 2009; Sutton & Barto 2018, equation 6.9).
#pragma once

#include "agents/tabular/agent_base.h"

namespace sandlot {

class ExpectedSarsa final : public TabularAgent {
 public:
  using Settings = TabularSettings;
  ExpectedSarsa(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
      : TabularAgent(settings, spec, copies, seed) {}
  void train(TrainingContext& training) override;
};

}  // namespace sandlot
