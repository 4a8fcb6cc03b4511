// The frozen lake: from S over ice (F) to G; a hole (H) ends the episode.
//
// As Gymnasium's FrozenLake: reward 1 at G, 0 elsewhere. On slippery ice each move goes the chosen
// way or to either side of it, a third of the time each. Observation: the cell's number, row by
// row. Actions: left, down, right, up. Truncated after 100 steps on maps of up to 16 cells, after
// 200 on larger ones. Several S are chosen from with equal chance.
#pragma once

#include <string>
#include <vector>

#include "envs/classic/grid.h"
#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

class FrozenLake final : public Environment {
 public:
  enum class Map { small, large, custom };
  struct Settings {
    Map map = Map::small;
    std::vector<std::string> rows = {};  // of a custom map
    bool slippery = true;
    void fields(Fields& f);
    void check(Issues& issues) const;
  };

  // Throws std::invalid_argument for a map that check() refuses.
  FrozenLake() : FrozenLake(Settings{}) {}
  explicit FrozenLake(const Settings& settings);

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  void events(EventSink& sink) const override;
  bool goal_reached() const override { return letter(agent_) == 'G'; }
  void draw(Scene& scene) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;
  std::unique_ptr<TabularModel> model() const override;

  Grid grid() const { return grid_; }

 private:
  char letter(Cell cell) const { return map_[static_cast<std::size_t>(grid_.index(cell))]; }
  Cell target(Cell from, int direction) const;

  EnvironmentSpec spec_;
  Grid grid_;
  std::string map_;  // row by row
  std::vector<int> starts_;
  bool slippery_ = true;

  Cell agent_;
  Random random_;
};

}  // namespace sandlot::classic
