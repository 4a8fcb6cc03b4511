// Dyna-Q (Sutton 1990; Sutton & Barto 2018, section 8.2) and Dyna-Q+ (section 8.3).
#pragma once

#include "agents/tabular/agent_base.h"

namespace sandlot {

// What was last seen to follow each state and action: the book's Model(s, a), for worlds that are
// deterministic, or nearly.
class DeterministicModel {
 public:
  struct Entry {
    double reward = 0;
    std::int32_t next = -1;  // −1: never tried
    std::uint8_t terminated = 0;
  };
  DeterministicModel(std::int32_t states, int actions);

  std::size_t pair(std::int32_t state, int action) const {
    return static_cast<std::size_t>(state) * static_cast<std::size_t>(actions_) +
           static_cast<std::size_t>(action);
  }
  const Entry& at(std::size_t pair) const { return entries_[pair]; }
  void observe(std::size_t pair, const Entry& entry);
  // 1 for each action that was tried in a state.
  std::span<const std::uint8_t> tried_in(std::int32_t state) const {
    return std::span(is_tried_).subspan(pair(state, 0), static_cast<std::size_t>(actions_));
  }
  // States in which something was tried, in order of their first time.
  const std::vector<std::int32_t>& visited() const { return visited_; }
  void save(Writer&) const;
  void load(Reader&);

 private:
  int actions_;
  std::vector<Entry> entries_;
  std::vector<std::uint8_t> is_tried_;  // [state, action]
  std::vector<std::uint32_t> tried_;    // the pairs, in order of their first time
  std::vector<std::int32_t> visited_;
  std::vector<std::uint8_t> is_visited_;
};

class DynaQ : public TabularAgent {
 public:
  struct Settings : TabularSettings {
    int planning_steps = 5;
    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };
  DynaQ(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);
  void train(TrainingContext& training) override;
  void save(Writer&) const override;
  void load(Reader&) override;

 protected:
  // Dyna-Q+: planning also tries what was never tried, and adds κ√τ to the modelled reward of what
  // was not tried for τ steps. κ = 0 is plain Dyna-Q.
  double kappa_ = 0;

 private:
  void learn(std::int32_t state, int action, double reward, std::int32_t next, bool terminated);
  void plan();

  int planning_steps_;
  DeterministicModel model_;
  std::vector<std::int64_t> last_tried_;  // step at which each pair was last tried
  std::int64_t clock_ = 0;
  FeatureVector from_, to_;
};

class DynaQPlus final : public DynaQ {
 public:
  struct Settings : DynaQ::Settings {
    double kappa = 1e-3;
    void fields(Fields& f);
  };
  DynaQPlus(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
      : DynaQ(settings, spec, copies, seed) {
    kappa_ = settings.kappa;
  }
};

}  // namespace sandlot
