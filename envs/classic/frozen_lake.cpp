#include "envs/classic/frozen_lake.h"

#include <array>
#include <stdexcept>

#include "envs/classic/board.h"
#include "envs/classic/tabular.h"

namespace sandlot::classic {
namespace {

constexpr std::array moves{move_left, move_down, move_right, move_up};
constexpr std::size_t largest_side = 100;

const std::vector<std::string> small_map{"SFFF", "FHFH", "FFFH", "HFFG"};
const std::vector<std::string> large_map{"SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF",
                                         "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG"};

std::string place(Cell cell) {
  return "row " + std::to_string(cell.row + 1) + ", column " + std::to_string(cell.column + 1);
}

// Whether a walk over ice leads from `start` to a G.
bool reaches_goal(const std::vector<std::string>& rows, Cell start) {
  const Grid grid{static_cast<int>(rows.size()), static_cast<int>(rows[0].size())};
  const auto letter = [&](Cell c) {
    return rows[static_cast<std::size_t>(c.row)][static_cast<std::size_t>(c.column)];
  };
  std::vector<char> seen(static_cast<std::size_t>(grid.size()));
  std::vector<Cell> open{start};
  seen[static_cast<std::size_t>(grid.index(start))] = 1;
  while (!open.empty()) {
    const Cell cell = open.back();
    open.pop_back();
    if (letter(cell) == 'G') return true;
    for (const Move& move : moves) {
      const Cell next = grid.moved(cell, move.rows, move.columns);
      char& mark = seen[static_cast<std::size_t>(grid.index(next))];
      if (mark != 0 || letter(next) == 'H') continue;
      mark = 1;
      open.push_back(next);
    }
  }
  return false;
}

// What is wrong with a map, one sentence each; empty for a good one.
std::vector<std::string> map_errors(const std::vector<std::string>& rows) {
  if (rows.empty() || rows[0].empty()) return {"expected rows of the letters S, F, H and G"};
  if (rows.size() > largest_side || rows[0].size() > largest_side)
    return {"expected at most 100 rows of at most 100 letters"};
  std::vector<std::string> errors;
  std::vector<Cell> starts;
  bool has_goal = false;
  for (int r = 0; r < static_cast<int>(rows.size()); ++r) {
    const std::string& row = rows[static_cast<std::size_t>(r)];
    if (row.size() != rows[0].size())
      errors.push_back("row " + std::to_string(r + 1) + " has " + std::to_string(row.size()) +
                       " letters, row 1 has " + std::to_string(rows[0].size()));
    for (int c = 0; c < static_cast<int>(row.size()); ++c) {
      const char letter = row[static_cast<std::size_t>(c)];
      if (letter == 'S') starts.push_back({r, c});
      if (letter == 'G') has_goal = true;
      if (std::string_view("SFHG").find(letter) == std::string_view::npos)
        errors.push_back(place({r, c}) + ": expected S, F, H or G, not '" + letter + "'");
    }
  }
  if (starts.empty()) errors.emplace_back("expected a start S");
  if (!has_goal) errors.emplace_back("expected a goal G");
  if (!errors.empty()) return errors;
  for (const Cell start : starts)
    if (!reaches_goal(rows, start))
      errors.push_back("no way over F leads from the S in " + place(start) + " to a G");
  return errors;
}

}  // namespace

void FrozenLake::Settings::fields(Fields& f) {
  f.choice("map", map, {{"4x4", Map::small}, {"8x8", Map::large}, {"custom", Map::custom}},
           "Gymnasium's maps, or one of your own");
  f.when(map == Map::custom, "map: custom",
         [&] { f.texts("rows", rows, "rows of letters: S start, F frozen, H hole, G goal"); });
  f.boolean("slippery", slippery, "a move slips to either side a third of the time each");
}

void FrozenLake::Settings::check(Issues& issues) const {
  if (map != Map::custom) return;
  for (const auto& error : map_errors(rows)) issues.add("rows", error);
}

FrozenLake::FrozenLake(const Settings& settings) : slippery_(settings.slippery) {
  const auto& rows = settings.map == Map::small   ? small_map
                     : settings.map == Map::large ? large_map
                                                  : settings.rows;
  if (const auto errors = map_errors(rows); !errors.empty())
    throw std::invalid_argument("frozen_lake: " + errors.front());
  grid_ = {static_cast<int>(rows.size()), static_cast<int>(rows[0].size())};
  for (const auto& row : rows) map_ += row;
  for (int i = 0; i < grid_.size(); ++i)
    if (letter(grid_.cell(i)) == 'S') starts_.push_back(i);
  agent_ = grid_.cell(starts_.front());
  spec_.name = "frozen_lake";
  spec_.has_goal = true;
  spec_.observation = Space::discrete(grid_.size());
  spec_.observation_names = {"cell"};
  name_moves(spec_, moves);
  spec_.step_limit = grid_.size() <= 16 ? 100 : 200;
  spec_.reward_low = 0;
  spec_.reward_high = 1;
  spec_.frames_per_second = 6;
}

Cell FrozenLake::target(Cell from, int direction) const {
  const Move& move = moves[static_cast<std::size_t>(direction)];
  return grid_.moved(from, move.rows, move.columns);
}

void FrozenLake::reset(Seed seed) {
  random_ = Random(derive(seed, "ice"));
  const auto choices = static_cast<std::uint32_t>(starts_.size());
  agent_ = grid_.cell(starts_[choices == 1 ? 0 : random_.below(choices)]);
}

StepResult FrozenLake::step(Action action) {
  // 3, 4 or 5 quarter turns onward: to one side, straight on, to the other side.
  const int turn = slippery_ ? 3 + static_cast<int>(random_.below(3)) : 4;
  agent_ = target(agent_, (action.index + turn) % 4);
  const char here = letter(agent_);
  const bool over = here == 'H' || here == 'G';
  return {here == 'G' ? 1.0f : 0.0f, over ? Status::terminated : Status::running};
}

void FrozenLake::observe(std::span<float> out) const {
  out[0] = static_cast<float>(grid_.index(agent_));
}

void FrozenLake::events(EventSink& sink) const {
  if (letter(agent_) == 'H') sink.add("fell_in");
  if (letter(agent_) == 'G') sink.add("reached_goal");
}

void FrozenLake::save(Writer& out) const {
  out.write(grid_.index(agent_));
  random_.save(out);
}

void FrozenLake::load(Reader& in) {
  agent_ = read_cell(in, grid_);
  random_.load(in);
}

std::unique_ptr<TabularModel> FrozenLake::model() const {
  const auto fill = [this](int state, int action, auto& outcomes) {
    const Cell from = grid_.cell(state);
    if (letter(from) == 'H' || letter(from) == 'G') return;
    for (int side = slippery_ ? -1 : 0; side <= (slippery_ ? 1 : 0); ++side) {
      const Cell next = target(from, (action + side + 4) % 4);
      const char there = letter(next);
      outcomes.push_back({slippery_ ? 1.0 / 3 : 1.0, grid_.index(next), there == 'G' ? 1.0 : 0.0,
                          there == 'H' || there == 'G'});
    }
  };
  std::vector<double> start(static_cast<std::size_t>(grid_.size()));
  for (const int i : starts_)
    start[static_cast<std::size_t>(i)] = 1.0 / static_cast<double>(starts_.size());
  return make_model(grid_.size(), spec_.action.n, std::move(start), fill);
}

void FrozenLake::draw(Scene& scene) const {
  Board board(scene, grid_);
  for (int i = 0; i < grid_.size(); ++i) {
    const Cell cell = grid_.cell(i);
    if (letter(cell) == 'H')
      board.hole(cell);
    else
      board.ice(cell);
    if (letter(cell) == 'S') board.label(cell, "S", palette::ice_edge);
    if (letter(cell) == 'G') board.flag(cell);
  }
  board.agent(agent_);
}

}  // namespace sandlot::classic
