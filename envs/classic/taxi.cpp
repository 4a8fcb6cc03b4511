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

// A person, seen from the front, with the feet at `feet`.
void draw_person(Scene& scene, Point feet, float height) {
  const float h = height;
  scene.rectangle({feet.x, feet.y - 0.28f * h}, 0.5f * h, 0.56f * h, palette::passenger, 0.22f * h,
                  0, {palette::ink, 0.05f * h});
  scene.circle({feet.x, feet.y - 0.76f * h}, 0.22f * h, palette::skin, {palette::ink, 0.05f * h});
}

}  // namespace

Taxi::Taxi(const Settings&) {
  spec_.name = "taxi";
  spec_.has_goal = true;
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

void Taxi::draw_taxi(Scene& scene, Point c, float s) const {
  const auto box = [&](float x, float y, float width, float height, Color color, float radius) {
    scene.rectangle({c.x + x * s, c.y + y * s}, width * s, height * s, color, radius * s);
  };
  box(0, 0.33f, 0.76f, 0.08f, palette::shadow, 0.04f);
  if (facing_ < 2) {  // seen from behind or from the front
    box(0, -0.13f, 0.44f, 0.26f, palette::taxi, 0.1f);
    box(0, -0.1f, 0.34f, 0.16f, palette::window, 0.05f);
    if (state_.passenger == riding) draw_person(scene, {c.x, c.y - 0.02f * s}, 0.18f * s);
    for (const float wheel : {-0.24f, 0.24f}) box(wheel, 0.27f, 0.13f, 0.16f, palette::ink, 0.04f);
    box(0, 0.11f, 0.66f, 0.28f, palette::taxi, 0.08f);
    for (const float lamp : {-0.23f, 0.23f})
      box(lamp, 0.1f, 0.1f, 0.08f, facing_ == 0 ? palette::tile : palette::lava, 0.04f);
    box(0, 0.15f, 0.2f, 0.07f, palette::ink, 0.02f);
    box(0, -0.29f, 0.18f, 0.07f, palette::ink, 0.03f);
    return;
  }
  const float front = facing_ == 2 ? 1.0f : -1.0f;
  const std::array cabin{Point{c.x - 0.27f * s, c.y}, Point{c.x - 0.19f * s, c.y - 0.24f * s},
                         Point{c.x + 0.19f * s, c.y - 0.24f * s}, Point{c.x + 0.27f * s, c.y}};
  scene.polygon(cabin, palette::taxi);
  for (const float side : {-1.0f, 1.0f}) {
    const std::array pane{Point{c.x + side * 0.03f * s, c.y - 0.02f * s},
                          Point{c.x + side * 0.03f * s, c.y - 0.19f * s},
                          Point{c.x + side * 0.16f * s, c.y - 0.19f * s},
                          Point{c.x + side * 0.21f * s, c.y - 0.02f * s}};
    scene.polygon(pane, palette::window);
  }
  if (state_.passenger == riding)
    draw_person(scene, {c.x - front * 0.1f * s, c.y - 0.01f * s}, 0.18f * s);
  box(0, 0.12f, 0.8f, 0.26f, palette::taxi, 0.09f);
  for (int i = -4; i < 4; ++i)  // the checkered band
    box(0.0625f * static_cast<float>(i) + 0.03f, i % 2 == 0 ? 0.075f : 0.115f, 0.0625f, 0.04f,
        palette::ink, 0);
  box(front * 0.37f, 0.09f, 0.05f, 0.07f, palette::tile, 0.02f);
  box(0, -0.28f, 0.18f, 0.08f, palette::ink, 0.03f);
  for (const float wheel : {-0.22f, 0.22f})
    scene.circle({c.x + wheel * s, c.y + 0.25f * s}, 0.1f * s, palette::ink,
                 {palette::tile, 0.03f * s});
}

void Taxi::draw(Scene& scene) const {
  static constexpr std::array colors{palette::depot_red, palette::depot_green,
                                     palette::depot_yellow, palette::depot_blue};
  static constexpr std::array<std::string_view, 4> letters{"R", "G", "Y", "B"};
  Board board(scene, grid);
  const float s = board.cell_size();
  for (int i = 0; i < grid.size(); ++i) board.tile(grid.cell(i), palette::tile);
  for (std::size_t i = 0; i < depots.size(); ++i) {
    board.tile(depots[i], colors[i].with_alpha(70));
    board.label(depots[i], letters[i], colors[i]);
  }
  for (int row = 0; row < grid.rows; ++row) {
    for (int column = 0; column + 1 < grid.columns; ++column) {
      if (!wall_to_the_east(row, column)) continue;
      const Point c = board.center({row, column});
      scene.rectangle({c.x + 0.5f * s, c.y}, 0.1f * s, 1.02f * s, palette::wall, 0.05f * s);
    }
  }
  const auto destination = static_cast<std::size_t>(state_.destination);
  const Point target = board.center(depots[destination]);
  scene.rectangle(target, 0.9f * s, 0.9f * s, {0, 0, 0, 0}, 0.1f * s, 0,
                  {colors[destination], 0.06f * s});
  const Point pole{target.x + 0.2f * s, target.y - 0.1f * s};
  scene.line(pole, {pole.x, pole.y - 0.28f * s}, palette::ink, 0.035f * s);
  const std::array cloth{Point{pole.x, pole.y - 0.3f * s},
                         Point{pole.x + 0.2f * s, pole.y - 0.22f * s},
                         Point{pole.x, pole.y - 0.13f * s}};
  scene.polygon(cloth, colors[destination]);
  if (state_.passenger != riding) {
    const Point c = board.center(depots[static_cast<std::size_t>(state_.passenger)]);
    draw_person(scene, {c.x - 0.28f * s, c.y + 0.38f * s}, 0.4f * s);
  }
  draw_taxi(scene, board.center(state_.taxi), s);
}

}  // namespace sandlot::classic
