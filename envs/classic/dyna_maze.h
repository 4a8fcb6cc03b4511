// Mazes for planning: 6 × 9 cells, reward 1 at the goal and 0 elsewhere.
//
// Sutton & Barto (2018), chapter 8. `dyna` is the maze of figure 8.2 (14 steps at best). `blocking`
// (figure 8.4) closes its way of 10 steps and opens one of 16; `shortcut` (figure 8.5) opens a way
// of 10 steps beside that of 16. They change once, after `change_after` steps counted over all
// episodes of this copy: the count is part of the state and reset() does not clear it. An agent
// that stands where a wall appears may walk off it. Observation: the cell's number, row by row from
// the top. Actions: up, right, down, left. No step limit. model() is that of the maze as it now is.
#pragma once

#include <cstdint>
#include <string_view>

#include "envs/classic/grid.h"
#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

class DynaMaze final : public Environment {
 public:
  enum class Maze { dyna, blocking, shortcut };
  struct Settings {
    Maze maze = Maze::dyna;
    std::int64_t change_after = -1;  // −1: the book's 1000 (blocking) or 3000 (shortcut)
    void fields(Fields& f);
  };

  static constexpr Grid grid{6, 9};

  DynaMaze() : DynaMaze(Settings{}) {}
  explicit DynaMaze(const Settings& settings);

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  void events(EventSink& sink) const override;
  bool goal_reached() const override { return agent_ == goal_; }
  void draw(Scene& scene) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;
  std::unique_ptr<TabularModel> model() const override;

  Cell start() const { return start_; }
  Cell goal() const { return goal_; }
  bool is_wall(Cell cell) const;
  std::int64_t total_steps() const { return steps_; }

 private:
  Cell target(Cell from, int action) const;
  bool changed() const { return change_after_ > 0 && steps_ >= change_after_; }

  EnvironmentSpec spec_;
  std::string_view before_, after_;  // '#': wall, row by row
  std::int64_t change_after_ = 0;    // 0: never
  Cell start_, goal_;

  Cell agent_;
  std::int64_t steps_ = 0;  // over all episodes
};

}  // namespace sandlot::classic
