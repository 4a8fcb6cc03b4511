// The cliff: 4 × 12 cells, from the lower left to the lower right corner along a cliff.
//
// Sutton & Barto (2018), example 6.6. Every move costs 1; a step over the edge costs 100 and leads
// back to the start without ending the episode. The shortest path earns −13. Observation: the
// cell's number, row by row from the top. Actions: up, right, down, left. No step limit, as in
// Gymnasium's CliffWalking.
#pragma once

#include "envs/classic/grid.h"
#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

class CliffWalking final : public Environment {
 public:
  struct Settings {
    void fields(Fields&) {}
  };

  static constexpr Grid grid{4, 12};
  static constexpr Cell start{3, 0};
  static constexpr Cell goal{3, 11};

  CliffWalking() : CliffWalking(Settings{}) {}
  explicit CliffWalking(const Settings& settings);

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  void events(EventSink& sink) const override;
  bool goal_reached() const override { return agent_ == goal; }
  void draw(Scene& scene) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;
  std::unique_ptr<TabularModel> model() const override;

 private:
  EnvironmentSpec spec_;
  Cell agent_ = start;
  bool fell_ = false;  // in the last step
};

}  // namespace sandlot::classic
