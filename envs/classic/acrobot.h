// The acrobot: two links hang from a bar, the motor is between them; swing the tip above the line.
//
// Sutton (1996), Sutton & Barto (1998, §11.3): links of length 1 and mass 1, centres of mass at .5,
// moments of inertia 1, gravity 9.8, torque −1, 0 or 1 between the links, one Runge–Kutta step of
// .2 s per action, the book's equations, as in Gymnasium's Acrobot. Angular velocities stay within
// 4π and 9π. Reward −1 per step, 0 on the last; ends when −cos θ1 − cos(θ1 + θ2) > 1; truncated
// after 500 steps. Starts uniformly within ±.1 of hanging at rest. Observation: cosine and sine of
// θ1 (from hanging down) and of θ2 (relative to the first link), and both angular velocities
// (rad/s).
#pragma once

#include <array>

#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

class Acrobot final : public Environment {
 public:
  struct Settings {
    void fields(Fields&) {}
  };
  using State = std::array<double, 4>;  // θ1, θ2, their velocities

  Acrobot() : Acrobot(Settings{}) {}
  explicit Acrobot(const Settings& settings);

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  void events(EventSink& sink) const override;
  bool goal_reached() const override { return above_the_line(); }
  void draw(Scene& scene) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  bool above_the_line() const;

  EnvironmentSpec spec_;
  State state_{};
  std::int8_t torque_ = 0;  // the last one, for the picture
};

}  // namespace sandlot::classic
