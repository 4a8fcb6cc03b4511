// The cart with a pole: push left or right, keep the pole up.
//
// Barto, Sutton & Anderson (1983), with the constants and rules of Gymnasium's CartPole:
// gravity 9.8, cart 1 kg, pole .1 kg and 1 m long, force ±10 N, explicit Euler steps of .02 s.
// Reward 1 per step, the last one included. Ends when the cart is further than 2.4 m from the
// middle or the pole more than 12° from upright; truncated after 500 steps (CartPole-v1;
// `step_limit: 200` is v0). Starts uniformly within ±.05 of rest. Observation: position (m),
// velocity (m/s), angle (rad, to the right), angular velocity (rad/s). Actions: left, right.
//
// `velocities: false` leaves out both velocities, so that one observation does not tell the state:
// the partly observed task, for stacked frames and for policies with a memory.
#pragma once

#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

class CartPole final : public Environment {
 public:
  struct Settings {
    bool velocities = true;
    void fields(Fields& f) {
      f.boolean("velocities", velocities, "false: only position and angle are observed");
    }
  };
  struct State {
    double x = 0, velocity = 0, angle = 0, angular_velocity = 0;
  };

  CartPole() : CartPole(Settings{}) {}
  explicit CartPole(const Settings& settings);

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  void events(EventSink& sink) const override;
  void draw(Scene& scene) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  bool off_track() const { return state_.x < -2.4 || state_.x > 2.4; }
  bool fallen() const;

  EnvironmentSpec spec_;
  bool velocities_;
  State state_;
  std::int8_t push_ = 0;  // the last one, for the picture
};

}  // namespace sandlot::classic
