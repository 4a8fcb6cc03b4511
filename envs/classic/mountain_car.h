// The mountain car: too weak an engine to drive straight up, so swing.
//
// Moore (1990), with the constants and rules of Gymnasium's MountainCar: velocity += (action −
// 1)·.001 − .0025·cos 3p, |velocity| ≤ .07, position in [−1.2, .6], the left wall stops the car.
// Reward −1 per step until position ≥ .5; truncated after 200 steps. Starts at rest in [−.6, −.4].
// Observation: position, velocity. Actions: left, coast, right.
#pragma once

#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

class MountainCar final : public Environment {
 public:
  struct Settings {
    void fields(Fields&) {}
  };
  struct State {
    double position = 0, velocity = 0;
  };

  MountainCar() : MountainCar(Settings{}) {}
  explicit MountainCar(const Settings& settings);

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  void events(EventSink& sink) const override;
  bool goal_reached() const override;
  void draw(Scene& scene) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  EnvironmentSpec spec_;
  State state_{-0.5, 0};
  std::int8_t throttle_ = 0;  // the last one, for the picture
};

}  // namespace sandlot::classic
