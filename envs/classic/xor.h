// Exclusive or, as a task for one output: four steps show (0, 0), (0, 1), (1, 0) and (1, 1), the
// action is the answer, in [0, 1].
//
// The return, given in the last step, is (4 − Σ|error|)², as in Stanley & Miikkulainen (2002,
// section 4.1): from 0 to 16. The goal is that all four answers are on the right side of .5.
#pragma once

#include <array>

#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

class Xor final : public Environment {
 public:
  struct Settings {
    void fields(Fields&) {}
  };

  explicit Xor(const Settings&);
  Xor() : Xor(Settings{}) {}

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed) override {
    shown_ = right_ = 0;
    error_ = 0;
    answers_ = {};
  }
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  bool goal_reached() const override { return shown_ == 4 && right_ == 4; }
  void draw(Scene& scene) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  EnvironmentSpec spec_;
  std::int32_t shown_ = 0, right_ = 0;  // patterns answered, and rightly
  float error_ = 0;
  std::array<float, 4> answers_{};
};

}  // namespace sandlot::classic
