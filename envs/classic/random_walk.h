// The random walk: a row of states, each step left or right with equal chance, a reward at each
// end.
//
// Sutton & Barto (2018), example 6.2 (5 states, rewards 0 and 1) and example 7.1 (19 states, −1 and
// 1): a problem of prediction, so its only action does nothing. Episodes start in the middle.
// Observation: 1 … states, with the two ends as 0 and states + 1. No step limit.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

class RandomWalk final : public Environment {
 public:
  struct Settings {
    int states = 5;
    double left_reward = 0;
    double right_reward = 1;
    void fields(Fields& f);
    void check(Issues& issues) const;
  };

  RandomWalk() : RandomWalk(Settings{}) {}
  explicit RandomWalk(const Settings& settings);

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  void events(EventSink& sink) const override;
  void draw(Scene& scene) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;
  std::unique_ptr<TabularModel> model() const override;

  // The undiscounted value of each observation: linear between the two rewards, 0 at the ends.
  std::vector<double> true_values() const;

 private:
  EnvironmentSpec spec_;
  Settings settings_;
  int state_ = 0;
  Random random_;
};

}  // namespace sandlot::classic
