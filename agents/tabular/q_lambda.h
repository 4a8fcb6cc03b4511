// Watkins's Q(λ) (Watkins 1989; Sutton & Barto 2018, section 12.10; the box in the 1998 edition,
// figure 7.14): traces are cut where an action was not greedy.
#pragma once

#include "agents/tabular/sarsa_lambda.h"

namespace sandlot {

class QLambda final : public TabularAgent {
 public:
  struct Settings : LambdaSettings {
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };
  QLambda(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);
  void train(TrainingContext& training) override;
  void save(Writer&) const override;
  void load(Reader&) override;

 private:
  double lambda_;
  TraceKind kind_;
  std::vector<Traces> traces_;  // per row
};

}  // namespace sandlot
