// n-step SARSA (Sutton & Barto 2018, sections 7.2 and 10.2).
#pragma once

#include "agents/tabular/agent_base.h"

namespace sandlot {

class NStepSarsa final : public TabularAgent {
 public:
  struct Settings : TabularSettings {
    int n = 4;
    void fields(Fields& f);
  };
  NStepSarsa(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);
  void train(TrainingContext& training) override;
  void save(Writer&) const override;
  void load(Reader&) override;

 private:
  struct Visit {
    FeatureVector state;
    std::int32_t action = 0;
    double reward = 0;  // R that followed
  };
  // The last n visits of a row, oldest first, at [start], [start + 1], … modulo n.
  struct Window {
    std::vector<Visit> visits;
    std::size_t start = 0, count = 0;
    Visit& at(std::size_t k) { return visits[(start + k) % visits.size()]; }
  };
  // Moves the oldest visit's value toward the rewards in the window and, after them, `bootstrap`.
  void update_oldest(Window& window, double bootstrap);

  std::size_t n_;
  std::vector<Window> windows_;
};

}  // namespace sandlot
