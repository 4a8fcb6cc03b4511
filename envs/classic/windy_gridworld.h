// The windy gridworld: 7 × 10 cells and a wind that blows upward in the middle columns.
//
// Sutton & Barto (2018), example 6.5 and exercises 6.9 and 6.10. The wind is that of the column
// left. Every step costs 1; the episode ends at the goal: after at least 15 steps, 7 with king's
// moves. Observation: the cell's number, row by row from the top. Actions: up, right, down, left;
// then, as set, the four diagonal ones and staying. No step limit.
#pragma once

#include <array>
#include <vector>

#include "envs/classic/grid.h"
#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

class WindyGridworld final : public Environment {
 public:
  struct Settings {
    bool kings_moves = false;
    bool stay = false;
    bool stochastic_wind = false;
    void fields(Fields& f);
  };

  static constexpr Grid grid{7, 10};
  static constexpr Cell start{3, 0};
  static constexpr Cell goal{3, 7};
  static constexpr std::array wind{0, 0, 0, 1, 1, 1, 2, 2, 1, 0};  // cells upward, per column

  WindyGridworld() : WindyGridworld(Settings{}) {}
  explicit WindyGridworld(const Settings& settings);

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
  Cell target(Cell from, int action, int gust) const;

  EnvironmentSpec spec_;
  std::vector<Move> moves_;
  bool stochastic_ = false;
  Cell agent_ = start;
  Random random_;
};

}  // namespace sandlot::classic
