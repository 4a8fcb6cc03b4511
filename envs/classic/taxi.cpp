#include "envs/classic/taxi.h"

#include "envs/classic/board.h"
#include "envs/classic/tabular.h"

namespace sandlot::classic {
namespace {

constexpr std::array<Move, 6> actions{{{"south", "down", 1, 0},
                                       {"north", "up", -1, 0},
                                       {"east", "right", 0, 1},
                                       {"west", "left", 0, -1},
                                       {"pickup", "space", 0, 0},
                                       {"dropoff", "d", 0, 0}}};
constexpr int pickup = 4;

// Whether a wall stands between (row, column) and the cell to the east of it.
constexpr bool wall_to_the_east(int row, int column) {
  return row <= 1 ? column == 1 : row >= 3 && (column == 0 || column == 2);
}

Cell drive(Cell from, int action) {
  const Move& move = actions[static_cast<std::size_t>(action)];
  if (move.columns != 0 && wall_to_the_east(from.row, from.column + (move.columns < 0 ? -1 : 0)))
    return from;
  return Taxi::grid.moved(from, move.rows, move.columns);
}

int depot_at(Cell cell) {
  for (std::size_t i = 0; i < Taxi::depots.size(); ++i)
    if (Taxi::depots[i] == cell) return static_cast<int>(i);
  return -1;
}

}  // namespace

Taxi::Taxi(const Settings&) {
  spec_.name = "taxi";
  spec_.observation = Space::discrete(states);
  spec_.observation_names = {"state"};
  name_moves(spec_, actions);
  spec_.step_limit = 200;
  spec_.reward_low = -10;
  spec_.reward_high = 20;
  spec_.frames_per_second = 6;
}

int Taxi::encode(const State& state) {
  return (grid.index(state.taxi) * 5 + state.passenger) * 4 + state.destination;
}

Taxi::State Taxi::decode(int index) { return {grid.cell(index / 20), index / 4 % 5, index % 4}; }

void Taxi::reset(Seed seed) {
  Random random(derive(seed, "start"));
  state_.taxi = grid.cell(static_cast<int>(random.below(25)));
  state_.passenger = static_cast<int>(random.below(4));
  state_.destination = static_cast<int>(random.below(3));
  if (state_.destination >= state_.passenger) ++state_.destination;
  event_ = Event::none;
  facing_ = 2;
}

StepResult Taxi::advance(State& state, int action, Event& event) {
  event = Event::none;
  if (action < pickup) {
    state.taxi = drive(state.taxi, action);
    return {-1, Status::running};
  }
  const int depot = depot_at(state.taxi);
  if (action == pickup) {
    if (state.passenger == riding || depot != state.passenger) {
      event = Event::refused;
      return {-10, Status::running};
    }
    state.passenger = riding;
    event = Event::picked_up;
    return {-1, Status::running};
  }
  if (state.passenger != riding || depot < 0) {
    event = Event::refused;
    return {-10, Status::running};
  }
  state.passenger = depot;
  if (depot == state.destination) {
    event = Event::delivered;
    return {20, Status::terminated};
  }
  event = Event::set_down;
  return {-1, Status::running};
}

StepResult Taxi::step(Action action) {
  if (action.index < pickup) facing_ = static_cast<std::uint8_t>(action.index);
  return advance(state_, action.index, event_);
}

void Taxi::observe(std::span<float> out) const { out[0] = static_cast<float>(encode(state_)); }

void Taxi::events(EventSink& sink) const {
  switch (event_) {
    case Event::none:
      return;
    case Event::picked_up:
      return sink.add("picked_up");
    case Event::delivered:
      return sink.add("delivered");
    case Event::set_down:
      return sink.add("set_down_elsewhere");
    case Event::refused:
      return sink.add("not_possible_here");
  }
}

void Taxi::save(Writer& out) const {
  out.write(encode(state_));
  out.write(event_);
  out.write(facing_);
}

void Taxi::load(Reader& in) {
  state_ = decode(read_below(in, states));
  in.read(event_);
  in.read(facing_);
  if (event_ > Event::refused || facing_ > 3) in.fail("the taxi's state is not valid");
}

std::unique_ptr<TabularModel> Taxi::model() const {
  const auto fill = [](int index, int action, auto& outcomes) {
    State state = decode(index);
    // The passenger at his destination: here an episode has ended.
    if (state.passenger == state.destination) return;
    Event event{};
    const StepResult result = advance(state, action, event);
    outcomes.push_back({1, encode(state), result.reward, result.status == Status::terminated});
  };
  std::vector<double> start(states);
  for (int i = 0; i < states; ++i) {
    const State state = decode(i);
    if (state.passenger != riding && state.passenger != state.destination)
      start[static_cast<std::size_t>(i)] = 1.0 / 300;
  }
  return make_model(states, spec_.action.n, std::move(start), fill);
}

void Taxi::draw(Scene& scene) const {
  Board board(scene, grid);
  for (int i = 0; i < grid.size(); ++i) board.tile(grid.cell(i), palette::tile);
  board.agent(state_.taxi);
}

}  // namespace sandlot::classic
