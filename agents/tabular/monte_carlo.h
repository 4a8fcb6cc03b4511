// Monte Carlo control (Sutton & Barto 2018, sections 5.3 and 5.4).
#pragma once

#include "agents/tabular/agent_base.h"

namespace sandlot {

// On-policy control by returns: with a world that starts anywhere and random first actions it is
// Monte Carlo ES (section 5.3), otherwise on-policy first-visit or every-visit control
// (section 5.4).
class MonteCarlo final : public TabularAgent {
 public:
  struct Settings : TabularSettings {
    bool first_visit = true;
    bool average = true;
    bool random_first_action = false;
    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };
  MonteCarlo(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);
  void train(TrainingContext& training) override;
  void save(Writer&) const override;
  void load(Reader&) override;

 private:
  struct Visit {
    std::int32_t state, action;
    double reward;  // R that followed
  };
  // `bootstrap`: what the behaviour policy expects after a truncation; 0 after a termination.
  void learn(std::vector<Visit>& episode, double bootstrap);
  std::size_t pair(const Visit& visit) const;

  Settings settings_;
  std::vector<std::vector<Visit>> episodes_;  // per row
  std::vector<std::uint32_t> counts_;         // returns averaged so far, per state and action
  std::vector<std::uint32_t> seen_;           // per state and action: visits in this episode
  FeatureVector features_;
};

}  // namespace sandlot
