// DAgger (Ross, Gordon & Bagnell 2011, "A reduction of imitation learning and structured prediction
// to no-regret online learning", algorithm 3.1): the learner plays, an expert says what it would
// have done, and a classifier learns from all that was said so far. The expert is a trained policy,
// or the world's own player by rules.
//
// Unlike behavioural cloning it sees the states that its own mistakes lead to. In round i the
// expert itself acts with probability beta^(i−1): with 0, the default, in the first round alone. An
// expert with a memory begins it anew when a run is resumed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agents/imitation/classifier_policy.h"
#include "agents/imitation/lessons.h"
#include "sim/core/agent.h"

namespace sandlot {

class Dagger final : public Agent {
 public:
  enum class Teacher : std::uint8_t { policy, rules };

  struct Settings {
    Teacher teacher = Teacher::policy;
    std::string expert;
    Slot<ClassifierFactory> classifier{"decision_tree"};
    std::int64_t steps_per_round = 1000;
    double beta = 0;
    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };

  Dagger(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);

  void train(TrainingContext& training) override;
  Policy& policy() override { return policy_; }
  // In each round but the first, the share of its states where the learner did as the expert.
  std::vector<std::string> metrics() const override { return {"agreement"}; }
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  // `expert`: null where the world's own player by rules is asked.
  void act(const VectorEnvironment& world, Policy* expert);
  void learn(TrainingContext& training);

  Settings settings_;
  Space observation_;
  int action_count_;
  Random random_;
  ClassifierPolicy policy_;
  Lessons lessons_;
  std::int64_t in_round_ = 0, agreed_ = 0, rounds_ = 0;
  std::vector<std::int32_t> actions_, advice_;
};

}  // namespace sandlot
