#include "envs/classic/windy_gridworld.h"

#include "envs/classic/board.h"
#include "envs/classic/tabular.h"

namespace sandlot::classic {

void WindyGridworld::Settings::fields(Fields& f) {
  f.boolean("kings_moves", kings_moves, "eight moves instead of four (exercise 6.9)");
  f.boolean("stay", stay, "one more action that moves only with the wind (exercise 6.9)");
  f.boolean("stochastic_wind", stochastic_wind,
            "where it blows, the wind is one cell weaker or stronger a third of the time each "
            "(exercise 6.10)");
}

WindyGridworld::WindyGridworld(const Settings& settings)
    : moves_{move_up, move_right, move_down, move_left}, stochastic_(settings.stochastic_wind) {
  if (settings.kings_moves) {
    moves_.push_back({"up right", "up right", -1, 1});
    moves_.push_back({"down right", "down right", 1, 1});
    moves_.push_back({"down left", "down left", 1, -1});
    moves_.push_back({"up left", "up left", -1, -1});
  }
  if (settings.stay) moves_.push_back({"stay", "space", 0, 0});
  spec_.name = "windy_gridworld";
  spec_.has_goal = true;
  spec_.observation = Space::discrete(grid.size());
  spec_.observation_names = {"cell"};
  name_moves(spec_, moves_);
  spec_.reward_low = spec_.reward_high = -1;
  spec_.frames_per_second = 6;
}

// `gust`: how much the wind differs from its mean, −1, 0 or 1.
Cell WindyGridworld::target(Cell from, int action, int gust) const {
  const Move& move = moves_[static_cast<std::size_t>(action)];
  const int mean = wind[static_cast<std::size_t>(from.column)];
  return grid.moved(from, move.rows - (mean == 0 ? 0 : mean + gust), move.columns);
}

void WindyGridworld::reset(Seed seed) {
  agent_ = start;
  random_ = Random(derive(seed, "wind"));
}

StepResult WindyGridworld::step(Action action) {
  const int gust = stochastic_ ? static_cast<int>(random_.below(3)) - 1 : 0;
  agent_ = target(agent_, action.index, gust);
  return {-1, agent_ == goal ? Status::terminated : Status::running};
}

void WindyGridworld::observe(std::span<float> out) const {
  out[0] = static_cast<float>(grid.index(agent_));
}

void WindyGridworld::events(EventSink& sink) const {
  if (agent_ == goal) sink.add("reached_goal");
}

void WindyGridworld::save(Writer& out) const {
  out.write(grid.index(agent_));
  random_.save(out);
}

void WindyGridworld::load(Reader& in) {
  agent_ = read_cell(in, grid);
  random_.load(in);
}

std::unique_ptr<TabularModel> WindyGridworld::model() const {
  const auto fill = [this](int state, int action, auto& outcomes) {
    const Cell from = grid.cell(state);
    if (from == goal) return;
    const bool varies = stochastic_ && wind[static_cast<std::size_t>(from.column)] > 0;
    for (int gust = varies ? -1 : 0; gust <= (varies ? 1 : 0); ++gust) {
      const Cell next = target(from, action, gust);
      outcomes.push_back({varies ? 1.0 / 3 : 1.0, grid.index(next), -1, next == goal});
    }
  };
  return make_model(grid.size(), spec_.action.n, certain_start(grid.size(), grid.index(start)),
                    fill);
}

void WindyGridworld::draw(Scene& scene) const {
  Board board(scene, grid, 1.2f);
  for (int i = 0; i < grid.size(); ++i) {
    const int strength = wind[static_cast<std::size_t>(grid.cell(i).column)];
    board.tile(grid.cell(i), strength == 0   ? palette::tile
                             : strength == 1 ? palette::breeze
                                             : palette::wind);
  }
  board.label(start, "S");
  board.flag(goal);
  const float s = board.cell_size();
  for (int column = 0; column < grid.columns; ++column) {
    const int strength = wind[static_cast<std::size_t>(column)];
    const Point below = board.center({grid.rows, column});
    for (int k = 0; k < strength; ++k) {
      const float x =
          below.x + s * (0.24f * static_cast<float>(k) - 0.12f * static_cast<float>(strength - 1));
      scene.line({x, below.y + 0.28f * s}, {x, below.y - 0.1f * s}, palette::agent, 0.06f * s);
      const std::array head{Point{x, below.y - 0.26f * s},
                            Point{x - 0.11f * s, below.y - 0.06f * s},
                            Point{x + 0.11f * s, below.y - 0.06f * s}};
      scene.polygon(head, palette::agent);
    }
    const std::string_view number = strength == 0 ? "0" : strength == 1 ? "1" : "2";
    scene.text({below.x, below.y + 0.68f * s}, number, 0.3f * s,
               strength == 0 ? palette::muted : palette::ink, Align::center, true);
  }
  board.agent(agent_);
}

}  // namespace sandlot::classic
