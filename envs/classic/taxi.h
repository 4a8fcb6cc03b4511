// The taxi: fetch a passenger at one of four depots and set him down at another, in 5 × 5 cells.
//
// Dietterich (2000), with the rules of Gymnasium's Taxi: every step costs 1, a pickup where no
// passenger waits and a drop away from any depot cost 10, the delivery earns 20 and ends the
// episode; setting the passenger down at a wrong depot is allowed. Truncated after 200 steps.
// Observation:
// ((row·5 + column)·5 + passenger)·4 + destination; passenger 0 to 3 waits at a depot, 4 rides.
// Episodes start in one of the 300 states in which the passenger waits where he does not want to
// go. Actions: south, north, east, west, pickup, dropoff.
#pragma once

#include <array>

#include "envs/classic/grid.h"
#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/scene.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

class Taxi final : public Environment {
 public:
  struct Settings {
    void fields(Fields&) {}
  };

  static constexpr Grid grid{5, 5};
  static constexpr int states = 500;
  static constexpr int riding = 4;
  static constexpr std::array<Cell, 4> depots{{{0, 0}, {0, 4}, {4, 0}, {4, 3}}};  // R G Y B

  Taxi() : Taxi(Settings{}) {}
  explicit Taxi(const Settings& settings);

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  void events(EventSink& sink) const override;
  bool goal_reached() const override { return event_ == Event::delivered; }
  void draw(Scene& scene) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;
  std::unique_ptr<TabularModel> model() const override;

  struct State {
    Cell taxi;
    int passenger = 0;
    int destination = 0;
  };
  static int encode(const State& state);
  static State decode(int index);

 private:
  enum class Event : std::uint8_t { none, picked_up, delivered, set_down, refused };

  static StepResult advance(State& state, int action, Event& event);
  void draw_taxi(Scene& scene, Point center, float cell_size) const;

  EnvironmentSpec spec_;
  State state_;
  Event event_ = Event::none;
  std::uint8_t facing_ = 2;  // the last direction driven, for the picture
};

}  // namespace sandlot::classic
