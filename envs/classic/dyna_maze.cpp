#include "envs/classic/dyna_maze.h"

#include <array>

#include "envs/classic/board.h"
#include "envs/classic/tabular.h"

namespace sandlot::classic {
namespace {

constexpr std::array moves{move_up, move_right, move_down, move_left};

constexpr std::string_view dyna_map =
    ".......#G"
    "..#....#."
    "S.#....#."
    "..#......"
    ".....#..."
    ".........";
constexpr std::string_view open_right =
    "........G"
    "........."
    "........."
    "########."
    "........."
    "...S.....";
constexpr std::string_view open_left =
    "........G"
    "........."
    "........."
    ".########"
    "........."
    "...S.....";
constexpr std::string_view open_both =
    "........G"
    "........."
    "........."
    ".#######."
    "........."
    "...S.....";

}  // namespace

void DynaMaze::Settings::fields(Fields& f) {
  f.choice("maze", maze,
           {{"dyna", Maze::dyna}, {"blocking", Maze::blocking}, {"shortcut", Maze::shortcut}},
           "which maze: dyna stays, blocking closes the short way, shortcut opens one");
  f.when(maze != Maze::dyna, "maze: blocking or shortcut", [&] {
    f.integer("change_after", change_after,
              "steps, over all episodes of one copy, until the maze changes; 0: never, -1: the "
              "book's 1000 (blocking) or 3000 (shortcut)",
              Range::at_least(-1));
  });
}

DynaMaze::DynaMaze(const Settings& settings) {
  switch (settings.maze) {
    case Maze::dyna:
      before_ = after_ = dyna_map;
      break;
    case Maze::blocking:
      before_ = open_right;
      after_ = open_left;
      change_after_ = 1000;
      break;
    case Maze::shortcut:
      before_ = open_left;
      after_ = open_both;
      change_after_ = 3000;
      break;
  }
  if (settings.maze != Maze::dyna && settings.change_after >= 0)
    change_after_ = settings.change_after;
  start_ = grid.cell(static_cast<int>(before_.find('S')));
  goal_ = grid.cell(static_cast<int>(before_.find('G')));
  agent_ = start_;
  spec_.name = "dyna_maze";
  spec_.has_goal = true;
  spec_.observation = Space::discrete(grid.size());
  spec_.observation_names = {"cell"};
  name_moves(spec_, moves);
  spec_.reward_low = 0;
  spec_.reward_high = 1;
  spec_.frames_per_second = 6;
}

bool DynaMaze::is_wall(Cell cell) const {
  return (changed() ? after_ : before_)[static_cast<std::size_t>(grid.index(cell))] == '#';
}

Cell DynaMaze::target(Cell from, int action) const {
  const Move& move = moves[static_cast<std::size_t>(action)];
  const Cell next = grid.moved(from, move.rows, move.columns);
  return is_wall(next) ? from : next;
}

void DynaMaze::reset(Seed) { agent_ = start_; }

StepResult DynaMaze::step(Action action) {
  agent_ = target(agent_, action.index);
  ++steps_;
  if (agent_ == goal_) return {1, Status::terminated};
  return {0, Status::running};
}

void DynaMaze::observe(std::span<float> out) const {
  out[0] = static_cast<float>(grid.index(agent_));
}

void DynaMaze::events(EventSink& sink) const {
  if (agent_ == goal_) sink.add("reached_goal");
  if (change_after_ > 0 && steps_ == change_after_) sink.add("maze_changed");
}

void DynaMaze::save(Writer& out) const {
  out.write(grid.index(agent_));
  out.write(steps_);
}

void DynaMaze::load(Reader& in) {
  agent_ = read_cell(in, grid);
  in.read(steps_);
  if (steps_ < 0 || steps_ > std::int64_t{1} << 62) in.fail("a count of steps is not valid");
}

std::unique_ptr<TabularModel> DynaMaze::model() const {
  const auto fill = [this](int state, int action, auto& outcomes) {
    const Cell from = grid.cell(state);
    if (from == goal_) return;
    const Cell next = target(from, action);
    outcomes.push_back({1, grid.index(next), next == goal_ ? 1.0 : 0.0, next == goal_});
  };
  return make_model(grid.size(), spec_.action.n, certain_start(grid.size(), grid.index(start_)),
                    fill);
}

void DynaMaze::draw(Scene& scene) const {
  Board board(scene, grid);
  for (int i = 0; i < grid.size(); ++i) {
    const Cell cell = grid.cell(i);
    if (is_wall(cell))
      board.wall(cell);
    else
      board.tile(cell, palette::tile);
  }
  board.label(start_, "S");
  board.flag(goal_);
  board.agent(agent_);
}

}  // namespace sandlot::classic
