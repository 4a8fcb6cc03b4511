// SARSA(λ) (Sutton & Barto 2018, section 12.7); with dutch traces it is true online SARSA(λ)
// (van Seijen & Sutton 2014; section 12.8).
#pragma once

#include "agents/tabular/agent_base.h"
#include "agents/tabular/traces.h"

namespace sandlot {

struct LambdaSettings : TabularSettings {
  double lambda = 0.9;
  TraceKind traces = TraceKind::replacing;
  void fields(Fields& f);
  void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
};

class SarsaLambda final : public TabularAgent {
 public:
  using Settings = LambdaSettings;
  SarsaLambda(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);
  void train(TrainingContext& training) override;
  void save(Writer&) const override;
  void load(Reader&) override;

 private:
  void learn(const Transition& t, int next_action);

  double lambda_;
  TraceKind kind_;
  std::vector<Traces> traces_;  // per row
  std::vector<double> q_old_;   // per row, for dutch traces
};

}  // namespace sandlot
