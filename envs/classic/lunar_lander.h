// The lunar lander: come down on the pad, upright and softly, with little fuel.
//
// The rules, shapes and constants of Gymnasium's LunarLander-v3 (O. Klimov), on Box2D 2.4 instead
// of 2.3: 50 steps per second of 180 velocity and 60 position iterations; a moon 20 m wide whose
// ground is drawn anew for each episode, flat under the pad between x = 8 and 12; a lander of 4.8
// kg that hangs from the top of the view and is pushed by a random force of up to 1000 N each way
// in the first step; two legs on motors. Every step draws how far the engines miss their aim,
// burning or not.
//
// Observation (scaled as there): position from where the lander stands on the pad, in half widths
// and half heights of the view; velocity in 5 and 7.5 m/s; angle in rad, to the left; angular
// velocity in 2.5 rad/s; ground contact of the right and of the left leg, 0 or 1. Gymnasium lets
// values leave its declared bounds (±2.5, ±2.5, ±10, ±10, ±2π, ±10), after a whole turn or far
// above the view; here they stop there. Rewards go by the values themselves.
//
// Actions: nothing, left engine, main engine, right engine, where "left" pushes to the left and
// turns the lander to the left. `continuous`: two throttles in [−1, 1]; the main engine burns at 50
// to 100 % for (0, 1], a side engine at 50 to 100 % for values beyond ±.5, negative ones the left.
//
// Reward: the change of −100·(distance + speed + |angle|) + 10 per leg on the ground, in the units
// of the observation, less .3 and .03 for a step of the main and of a side engine at full throttle.
// The last step's is −100 where the body touches the ground or |x| ≥ 1, +100 where the lander has
// come to rest. Truncated after 1000 steps.
//
// `wind`: in the air a force and a torque of tanh(sin(.02 k) + sin(.01 π k)) times wind_power (N)
// and turbulence_power (N·m), each from a random start of k.
//
// Box2D's solver keeps state between steps (contact order, impulses for the next start) that can be
// neither read nor written. What is saved is the episode's seed and its actions, one byte or two
// floats per step, and loading plays them again in a new world. Loading takes as long as the
// episode took.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

class LunarLander final : public Environment {
 public:
  struct Settings {
    bool continuous = false;
    double gravity = -10;
    bool wind = false;
    double wind_power = 15;
    double turbulence_power = 1.5;

    void fields(Fields& f);
    void check(Issues& issues) const;
  };
  static constexpr int chunks = 11;  // heights of the ground, 2 m apart

  LunarLander() : LunarLander(Settings{}) {}
  explicit LunarLander(const Settings& settings);
  LunarLander(LunarLander&&) noexcept;
  LunarLander& operator=(LunarLander&&) noexcept;
  ~LunarLander() override;

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  void events(EventSink& sink) const override;
  bool goal_reached() const override;
  void draw(Scene& scene) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

  const std::array<double, chunks>& ground() const { return ground_; }  // heights in m

 private:
  struct World;
  // What the engines do in a step, 0: off.
  struct Burn {
    double main = 0;       // 0 or .5 … 1
    double side = 0;       // 0 or .5 … 1
    double direction = 0;  // of the side engines: −1 pushes left, 1 right
  };

  Burn burn_of(const Action& action) const;
  StepResult advance(const Burn& burn);
  void blow();
  void fire(const Burn& burn);
  void measure();
  void draw_lander(Scene& scene) const;
  bool outside() const { return values_[0] <= -1 || values_[0] >= 1; }

  EnvironmentSpec spec_;
  Settings settings_;
  std::unique_ptr<World> world_;  // in a place of its own: Box2D holds pointers into it
  std::array<double, chunks> ground_{};

  // The episode, as it is saved.
  Seed seed_ = 0;
  std::vector<std::uint8_t> actions_;  // discrete
  std::vector<float> throttles_;       // continuous: two per step

  Random engines_;
  int wind_at_ = 0, torque_at_ = 0;  // k of the wind and of the turbulence
  std::array<double, 8> values_{};   // the observation, unbounded
  double shaping_ = 0;
  // Of the last step, for events and the picture.
  Burn burn_;
  std::array<double, 2> dispersion_{};
  std::array<bool, 2> legs_before_{};
};

}  // namespace sandlot::classic
