// Behavioural cloning (Pomerleau 1989): a classifier learns which action was taken in what was
// seen.
//
// It learns once: from recorded episodes before the first step, or from the world's own player by
// rules after that one has played so many. The further steps of the budget are played by the
// policy, so that their figures are its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agents/imitation/classifier_policy.h"
#include "agents/imitation/lessons.h"
#include "sim/core/agent.h"

namespace sandlot {

// What every agent refuses that learns from another's actions by a classifier.
void check_imitator(const Slot<ClassifierFactory>& classifier, const EnvironmentSpec& spec,
                    Issues& issues);

class Imitation final : public Agent {
 public:
  enum class Teacher : std::uint8_t { episodes, rules };

  struct Settings {
    Teacher teacher = Teacher::episodes;
    std::vector<std::string> episodes;
    std::int64_t lessons = 10000;
    Slot<ClassifierFactory> classifier{"mlp"};
    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };

  Imitation(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  void train(TrainingContext& training) override;
  Policy& policy() override { return policy_; }
  // Of the demonstrated actions, the share that the policy takes as well.
  std::vector<std::string> metrics() const override { return {"agreement"}; }
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  // Whether all was seen that there is to learn from.
  bool see_episodes(TrainingContext& training);
  bool see_rules(TrainingContext& training);
  void learn(TrainingContext& training);

  Settings settings_;
  Space observation_;
  int action_count_;
  ClassifierPolicy policy_;
  Lessons lessons_;  // empty once they are learnt
  std::vector<std::int32_t> actions_;
};

}  // namespace sandlot
