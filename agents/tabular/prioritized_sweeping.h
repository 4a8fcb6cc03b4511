// Prioritized sweeping (Moore & Atkeson 1993; Sutton & Barto 2018, section 8.4).
#pragma once

#include "agents/tabular/dyna_q.h"

namespace sandlot {

class PrioritizedSweeping final : public TabularAgent {
 public:
  struct Settings : DynaQ::Settings {
    double threshold = 1e-4;
    void fields(Fields& f);
    void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  };
  PrioritizedSweeping(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed);
  void train(TrainingContext& training) override;
  void save(Writer&) const override;
  void load(Reader&) override;

 private:
  struct Item {
    double priority;
    std::uint32_t pair;
    bool operator<(const Item& other) const {
      return priority != other.priority ? priority < other.priority : pair < other.pair;
    }
  };
  // The value that the model gives a pair, less the one that it has.
  double error_of(std::size_t pair);
  void push(std::size_t pair);
  void plan();

  int planning_steps_;
  double threshold_;
  DeterministicModel model_;
  std::vector<std::vector<std::uint32_t>>
      predecessors_;         // pairs that the model says lead to a state
  std::vector<Item> queue_;  // a heap; an entry whose priority is not its pair's is out of date
  std::vector<double> priorities_;  // per pair; 0: not queued
  FeatureVector from_, to_;
};

}  // namespace sandlot
