// Double Q-learning (van Hasselt 2010; Sutton & Barto 2018, section 6.7).
#pragma once

#include "agents/tabular/agent_base.h"

namespace sandlot {

// Acts on the mean of both tables, which ranks actions as the book's sum does.
class DoubleQLearning final : public TabularAgent {
 public:
  using Settings = TabularSettings;
  DoubleQLearning(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
      : TabularAgent(settings, spec, copies, seed, 2),
        both_(static_cast<std::size_t>(spec.action.n)) {}
  void train(TrainingContext& training) override;

 private:
  int choose_on_both(int row);
  std::vector<double> both_;
};

}  // namespace sandlot
