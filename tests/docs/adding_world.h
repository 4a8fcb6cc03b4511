// Moon drop: come down softly, with little fuel. A craft falls from a random height; the engine
// lifts it for as long as it burns, gusts push it up and down.
//
// Observation: height in [0, 1] and velocity in [−0.1, 0.1], both per step. Actions: fall, burn.
// Reward: −0.1 for each step of burning; on touching the ground +10 at 0.02 or slower, −10
// otherwise.
#pragma once

#include <algorithm>
#include <cmath>

#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/scene.h"
#include "sim/core/settings.h"

namespace sandlot::examples {

class MoonDrop final : public Environment {
 public:
  struct Settings {
    double gusts = 0.0005;
    void fields(Fields& f) {
      f.number("gusts", gusts, "standard deviation of what a gust adds to the velocity",
               Range::between(0, 0.01));
    }
  };

  explicit MoonDrop(const Settings& settings) : gusts_(static_cast<float>(settings.gusts)) {
    spec_.name = "moon_drop";
    spec_.observation = Space::box({0, -kFastest}, {1, kFastest});
    spec_.observation_names = {"height", "velocity"};
    spec_.action = Space::discrete(2);
    spec_.action_names = {"fall", "burn"};
    spec_.action_keys = {"", "up"};
    spec_.real_time = true;
    spec_.has_goal = true;
    spec_.step_limit = 300;
    spec_.reward_low = -10.1f;
    spec_.reward_high = 10;
    spec_.frames_per_second = 15;
  }

  const EnvironmentSpec& spec() const override { return spec_; }

  void reset(Seed seed) override {
    random_ = Random(derive(seed, "moon drop"));
    height_ = 0.6f + 0.4f * random_.uniform_float();
    velocity_ = 0;
    burning_ = false;
  }

  StepResult step(Action action) override {
    burning_ = action.index == 1;
    const float push = gusts_ * static_cast<float>(random_.normal());
    velocity_ += (burning_ ? kEngine : 0) - kGravity + push;
    velocity_ = std::clamp(velocity_, -kFastest, kFastest);
    height_ = std::clamp(height_ + velocity_, 0.0f, 1.0f);
    const float fuel = burning_ ? -0.1f : 0;
    if (height_ > 0) return {fuel, Status::running};
    return {fuel + (soft() ? 10.0f : -10.0f), Status::terminated};
  }

  void observe(std::span<float> out) const override {
    out[0] = height_;
    out[1] = velocity_;
  }

  bool goal_reached() const override { return height_ == 0 && soft(); }

  void events(EventSink& sink) const override {
    if (height_ == 0) sink.add(soft() ? "landed" : "crashed", velocity_);
  }

  void draw(Scene& scene) const override {
    scene.begin(360, 480, Color::hex(0x101828));
    scene.use_world({.center = {0, 0.5f}, .width = 0.9f, .y_up = true});
    scene.rectangle({0, -0.05f}, 2, 0.1f, Color::hex(0x98a2b3));
    if (burning_) scene.circle({0, height_ + 0.01f}, 0.025f, Color::hex(0xfdb022));
    scene.rectangle({0, height_ + 0.05f}, 0.08f, 0.08f, Color::hex(0xf2f4f7), 0.02f);
  }

  void save(Writer& out) const override {
    out.write(height_);
    out.write(velocity_);
    out.write(burning_);
    random_.save(out);
  }

  // Archives may be damaged: what could not have been saved is refused.
  void load(Reader& in) override {
    in.read(height_);
    in.read(velocity_);
    in.read(burning_);
    random_.load(in);
    if (!(height_ >= 0 && height_ <= 1) || !(std::abs(velocity_) <= kFastest))
      in.fail("the craft is outside the world");
  }

 private:
  static constexpr float kGravity = 0.002f, kEngine = 0.005f;
  static constexpr float kFastest = 0.1f, kSoft = 0.02f;

  bool soft() const { return velocity_ >= -kSoft; }

  EnvironmentSpec spec_;
  float gusts_;
  float height_ = 1, velocity_ = 0;
  bool burning_ = false;
  Random random_;
};

}  // namespace sandlot::examples
