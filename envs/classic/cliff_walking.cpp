#include "envs/classic/cliff_walking.h"

#include <array>

#include "envs/classic/board.h"
#include "envs/classic/tabular.h"

namespace sandlot::classic {
namespace {

constexpr std::array moves{move_up, move_right, move_down, move_left};

constexpr bool is_cliff(Cell cell) {
  return cell.row == CliffWalking::grid.rows - 1 && cell != CliffWalking::start &&
         cell != CliffWalking::goal;
}

Cell target(Cell from, int action) {
  const Move& move = moves[static_cast<std::size_t>(action)];
  return CliffWalking::grid.moved(from, move.rows, move.columns);
}

}  // namespace

CliffWalking::CliffWalking(const Settings&) {
  spec_.name = "cliff_walking";
  spec_.has_goal = true;
  spec_.observation = Space::discrete(grid.size());
  name_moves(spec_, moves);
  spec_.observation_names = {"cell"};
  spec_.reward_low = -100;
  spec_.reward_high = -1;
  spec_.frames_per_second = 6;
}

void CliffWalking::reset(Seed) {
  agent_ = start;
  fell_ = false;
}

StepResult CliffWalking::step(Action action) {
  const Cell next = target(agent_, action.index);
  fell_ = is_cliff(next);
  agent_ = fell_ ? start : next;
  if (fell_) return {-100, Status::running};
  return {-1, agent_ == goal ? Status::terminated : Status::running};
}

void CliffWalking::observe(std::span<float> out) const {
  out[0] = static_cast<float>(grid.index(agent_));
}

void CliffWalking::events(EventSink& sink) const {
  if (fell_) sink.add("fell");
  if (agent_ == goal) sink.add("reached_goal");
}

void CliffWalking::save(Writer& out) const {
  out.write(grid.index(agent_));
  out.write(fell_);
}

void CliffWalking::load(Reader& in) {
  agent_ = read_cell(in, grid);
  in.read(fell_);
}

std::unique_ptr<TabularModel> CliffWalking::model() const {
  const auto fill = [](int state, int action, auto& outcomes) {
    const Cell from = grid.cell(state);
    if (from == goal) return;
    const Cell next = target(from, action);
    if (is_cliff(next))
      outcomes.push_back({1, grid.index(start), -100, false});
    else
      outcomes.push_back({1, grid.index(next), -1, next == goal});
  };
  return make_model(grid.size(), spec_.action.n, certain_start(grid.size(), grid.index(start)),
                    fill);
}

void CliffWalking::draw(Scene& scene) const {
  Board board(scene, grid);
  for (int i = 0; i < grid.size(); ++i) {
    const Cell cell = grid.cell(i);
    if (is_cliff(cell))
      board.lava(cell);
    else
      board.tile(cell, palette::tile);
  }
  board.label(start, "S");
  board.flag(goal);
  board.agent(agent_);
}

}  // namespace sandlot::classic
