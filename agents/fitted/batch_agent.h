// What the agents that learn in rounds share: steps are collected, and after each round values are
// learnt anew from all transitions so far.
#pragma once

#include <vector>

#include "agents/fitted/transitions.h"
#include "sim/core/agent.h"
#include "sim/core/schedule.h"
#include "sim/core/settings.h"

namespace sandlot {

struct BatchAgentSettings {
  double discount = 0.99;
  std::int64_t steps_per_round = 2000;
  int iterations = 20;
  Schedule epsilon = 0.1;
  void fields(Fields& f);
};

// Refuses boxes of actions, and worlds where some actions are illegal at times.
void require_plain_actions(const EnvironmentSpec& spec, Issues& issues);

class BatchAgent : public Agent {
 public:
  void train(TrainingContext& training) override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

 protected:
  BatchAgent(const BatchAgentSettings& settings, const EnvironmentSpec& spec, int copies,
             Seed seed);

  virtual bool learnt() const = 0;  // until then every action is random
  virtual void learn(TrainingContext& training) = 0;

  const BatchAgentSettings& settings() const { return settings_; }
  const Transitions& lived() const { return lived_; }

 private:
  BatchAgentSettings settings_;
  Random exploration_;
  Transitions lived_;
  std::int64_t since_learnt_ = 0;  // steps
  std::vector<std::int32_t> actions_;
  std::vector<float> before_;
};

}  // namespace sandlot
