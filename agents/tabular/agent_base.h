// What the tabular agents share: settings, features of each row's state, choice of actions, saving.
#pragma once

#include <memory>
#include <vector>

#include "agents/tabular/action_values.h"
#include "agents/tabular/exploration.h"
#include "learners/feature_map.h"
#include "sim/core/agent.h"
#include "sim/core/archive.h"

namespace sandlot {

struct TabularSettings {
  Slot<FeatureMapFactory> value_function{"table"};
  Schedule step_size = 0.1;
  double discount = 1;
  double initial_value = 0;
  ExplorationSettings exploration;

  void fields(Fields& f);
  void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
};

bool has_binary_features(const TabularSettings& settings);  // known before the map is made
// For methods that count or store by state: refuses all but tables.
void require_table(const TabularSettings& settings, const EnvironmentSpec& spec,
                   std::string_view why, Issues& issues);
void require_one_copy(int copies, std::string_view why, Issues& issues);

// One row's step: S, A → R, S'. `next` is the true next state: after a truncation the last one of
// the episode, from which bootstrapping goes on. After a termination there is none.
struct Transition {
  int row;
  const FeatureVector& state;
  int action;
  double reward;
  const FeatureVector& next;
  bool terminated;
  bool ended;                                // terminated or truncated
  std::span<const std::uint8_t> next_legal;  // empty: all
};

class TabularAgent : public Agent {
 public:
  Policy& policy() override { return policy_; }
  void save(Writer&) const override;
  void load(Reader&) override;

 protected:
  TabularAgent(const TabularSettings& settings, const EnvironmentSpec& spec, int copies, Seed seed,
               int tables = 1);

  // Before the loop: sees each row's state, which may be in mid-episode after load().
  void begin(TrainingContext& training);
  // The same for on-policy methods, whose actions_ hold each row's A: chosen here at the very
  // start.
  void begin_on_policy(TrainingContext& training);
  // Before each choice: the rates of this step.
  void set_rates(const TrainingContext& training);
  double alpha() const { return alpha_; }
  double gamma() const { return settings_.discount; }

  // An action from the behaviour policy, derived from `q` (default: the first table).
  int choose(const FeatureVector& state, std::span<const std::uint8_t> legal);
  int choose(const FeatureVector& state, std::span<const std::uint8_t> legal,
             std::span<const double> values);
  std::span<const double> values_of(const ActionValues& q, const FeatureVector& state);
  double max_q(const FeatureVector& state, std::span<const std::uint8_t> legal);
  // Σ_a π(a | S) q(S, a) under the behaviour policy π.
  double expected_q(const FeatureVector& state, std::span<const std::uint8_t> legal);
  // A' for the methods that learn from it; 0 where nothing follows.
  int choose_next(const Transition& t);

  std::span<const std::uint8_t> legal(int row) const;
  const FeatureVector& state(int row) const { return states_[static_cast<std::size_t>(row)]; }
  // After training.step(): what happened in a row.
  Transition transition(int row, int action);
  // S ← S', or the first state of the next episode.
  void advance(int row);

  ActionValues& q(int table = 0) { return policy_.q(table); }
  const FeatureMap& map() const { return *map_; }
  int rows() const { return static_cast<int>(states_.size()); }
  int action_count() const { return action_count_; }
  Random& random() { return random_; }
  const Exploration& exploration() const { return exploration_; }
  std::span<const std::uint32_t> visits(const FeatureVector& state) const;

  std::vector<std::int32_t> actions_;  // one per row: A

 private:
  TabularSettings settings_;
  std::shared_ptr<const FeatureMap> map_;
  int action_count_;
  Random random_;
  Exploration exploration_;
  GreedyPolicy policy_;
  double alpha_ = 0;
  bool started_ = false;  // on-policy: actions_ are chosen
  const VectorEnvironment* environment_ = nullptr;
  std::vector<FeatureVector> states_, next_;
  std::vector<double> values_, chances_;
  std::vector<std::uint32_t> visits_;  // [state, action], for UCB
};

}  // namespace sandlot
