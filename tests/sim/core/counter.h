// A world that counts up, for tests of what lies around worlds.
#pragma once

#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/random.h"
#include "sim/core/scene.h"

namespace sandlot {

// Counts up by action + 1 from a seeded start and terminates at 10; shows the count.
class Counter final : public Environment {
 public:
  Counter() {
    spec_.name = "counter";
    spec_.observation = Space::box({1}, 0, 20).quantized(1);
    spec_.action = Space::discrete(3);
    spec_.reward_low = 0;
    spec_.reward_high = 3;
  }
  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override { count_ = static_cast<int>(Random(seed).below(3)); }
  StepResult step(Action action) override {
    count_ += action.index + 1;
    return {static_cast<float>(action.index + 1),
            count_ >= 10 ? Status::terminated : Status::running};
  }
  void observe(std::span<float> out) const override { out[0] = static_cast<float>(count_); }
  void draw(Scene&) const override {}
  void save(Writer& out) const override { out.write(count_); }
  void load(Reader& in) override { in.read(count_); }

 private:
  EnvironmentSpec spec_;
  int count_ = 0;
};

}  // namespace sandlot
