// Behavioural cloning (Pomerleau 1989): a classifier learns which action was taken in what was
// seen.
//
// It learns once, before the first step; the steps of the budget are then played by the policy, so
// that the figures of training are its own.
#pragma once

#include <string>
#include <vector>

#include "agents/imitation/classifier_policy.h"
#include "sim/core/agent.h"

namespace sandlot {

// What every agent refuses that learns from another's actions by a classifier.
void check_imitator(const Slot<ClassifierFactory>& classifier, const EnvironmentSpec& spec,
                    Issues& issues);

class Imitation final : public Agent {
 public:
  struct Settings {
    std::vector<std::string> episodes;
    Slot<ClassifierFactory> classifier{"mlp"};
    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };

  Imitation(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  void train(TrainingContext& training) override;
  Policy& policy() override { return policy_; }
  // Of the demonstrated actions, the share that the policy takes as well.
  std::vector<std::string> metrics() const override { return {"agreement"}; }
  void save(Writer& out) const override { policy_.save(out); }
  void load(Reader& in) override { policy_.load(in); }

 private:
  void learn(TrainingContext& training);

  std::vector<std::string> episodes_;
  ClassifierPolicy policy_;
  std::vector<std::int32_t> actions_;
};

}  // namespace sandlot
