// Two poles, one long and one short, on one cart: keep both up (Wieland 1991, "Evolving neural
// network controllers for unstable systems"; the equations and constants as in Gomez & Miikkulainen
// 1999 and Stanley & Miikkulainen 2002).
//
// Cart 1 kg; poles .1 kg and 1 m, .01 kg and .1 m long; friction of their hinges 2e-6, none of the
// cart. The action is the force, −1 … 1 times 10 N, held for .02 s: two Runge-Kutta steps of .01 s.
// It ends when the cart is further than 2.4 m from the middle or a pole more than 36° from upright;
// at rest but for the long pole, which leans by `lean`. The goal is to hold for `steps` steps.
//
// Observation, scaled as in those papers: position / 4.8 m, velocity / 2 m/s, and of each pole
// angle / .52 and angular velocity / 2; without the velocities where `velocities` is false.
//
// Reward 1 per step. With `damping` it is Gruau's instead (Gruau, Whitley & Pyeatt 1996), which no
// controller earns by rocking to and fro: 0.1 t / steps in all, and in the last step, after t ≥ 100
// steps, 0.9 · 0.75 / Σ (|x| + |ẋ| + |θ1| + |θ̇1|) over the last 100 steps.
//
// `start: grid` begins at one of the 625 states by which generalisation is measured: x, ẋ, θ1 and
// θ̇1 at .05, .25, .5, .75 and .95 of their ranges, ±2.16 m, ±1.35 m/s, ±3.6° and ±8.6°/s.
#pragma once

#include <array>

#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

class DoublePole final : public Environment {
 public:
  enum class Start : std::uint8_t { fixed, grid };
  struct Settings {
    bool velocities = true;
    bool damping = false;
    int steps = 100000;
    Start start = Start::fixed;
    double lean = 4;

    void fields(Fields& f);
  };
  // x, ẋ, θ1, θ̇1, θ2, θ̇2; index 1 is the long pole.
  using State = std::array<double, 6>;
  static constexpr int kGridStates = 625;

  DoublePole() : DoublePole(Settings{}) {}
  explicit DoublePole(const Settings& settings);

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  bool goal_reached() const override { return steps_ >= settings_.steps && !fallen(); }
  void events(EventSink& sink) const override;
  void draw(Scene& scene) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

  const State& state() const { return state_; }
  // As if an episode began there.
  void begin_at(const State& state);
  static State grid_state(int i);  // i from 0 to 624
  static State derivatives(const State& state, double force);

 private:
  static constexpr std::size_t kDamped = 100;  // steps that Gruau's fitness looks back on

  bool fallen() const;
  double calm() const;

  Settings settings_;
  EnvironmentSpec spec_;
  State state_{};
  std::int32_t steps_ = 0;
  float push_ = 0;                        // the last one, for the picture
  std::array<double, kDamped> wobble_{};  // of step t at t modulo 100
};

}  // namespace sandlot::classic
