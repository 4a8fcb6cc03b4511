// PPO in a world, from a few words of config, and a world whose actions are masked.
#pragma once

#include <memory>
#include <string>

#include "agents/ppo/register.h"
#include "envs/classic/register.h"
#include "learners/network/register.h"
#include "sim/config/experiment_config.h"
#include "sim/core/archive.h"
#include "sim/core/registry.h"

namespace sandlot {

// A corridor of ten places: left, right, and two jumps that lead right, each legal in every other
// place only; +1 at the right end. With `continuous` places are moved by action 0 (in [−2, 0]) +
// action 1 (in [0, 6]).
class Corridor final : public Environment {
 public:
  struct Settings {
    bool continuous = false;
    void fields(Fields& f) { f.boolean("continuous", continuous, "two numbers move along"); }
  };
  explicit Corridor(const Settings& settings) : continuous_(settings.continuous) {
    spec_.name = "corridor";
    spec_.observation = Space::box({2}, -1, 1);
    spec_.action = continuous_ ? Space::box({-2, 0}, {0, 6}) : Space::discrete(4);
    spec_.masks_actions = !continuous_;
    spec_.step_limit = 30;
    spec_.reward_low = -0.1f;
    spec_.reward_high = 1;
  }
  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override { place_ = static_cast<float>(Random(seed).below(8)); }
  StepResult step(Action action) override {
    if (continuous_)
      place_ += 0.1f * (action.values[0] + action.values[1]);
    else
      place_ += action.index == 0 ? -1 : action.index == 1 ? 1 : 2;
    place_ = std::clamp(place_, 0.0f, 10.0f);
    return place_ == 10 ? StepResult{1, Status::terminated} : StepResult{-0.1f, Status::running};
  }
  void observe(std::span<float> out) const override {
    out[0] = place_ / 5 - 1;
    out[1] = even() ? 1.0f : -1.0f;
  }
  void legal_actions(std::span<std::uint8_t> mask) const override {
    mask[0] = mask[1] = 1;
    mask[2] = even();
    mask[3] = !even();
  }
  void draw(Scene&) const override {}
  void save(Writer& out) const override { out.write(place_); }
  void load(Reader& in) override {
    in.read(place_);
    if (!(place_ >= 0 && place_ <= 10)) in.fail("a place is out of range");
  }

 private:
  bool even() const { return static_cast<int>(place_) % 2 == 0; }

  EnvironmentSpec spec_;
  bool continuous_;
  float place_ = 0;
};

inline const Registry& ppo_registry() {
  static const auto* all = [] {
    auto* r = new Registry;
    register_classic(*r);
    register_networks(*r);
    register_ppo(*r);
    r->add_environment<Corridor>("corridor", "A corridor with masked actions");
    return r;
  }();
  return *all;
}

// `world` and `agent` are flow maps: "{name: cart_pole}", "{name: ppo, epochs: 2}".
inline ExperimentConfig ppo_config(const std::string& world, const std::string& agent) {
  return parse_config(
             ppo_registry(),
             "name: test\nenvironment: " + world + "\nagent: " + agent + "\ntraining: {steps: 1}\n",
             "test.yaml")
      .front();
}

struct PpoSetup {
  ExperimentConfig config;
  std::unique_ptr<VectorEnvironment> world;
  std::unique_ptr<Agent> agent;

  PpoSetup(const std::string& world_text, const std::string& agent_text, Seed seed = 1,
           Seed agent_seed = 1)
      : config(ppo_config(world_text, agent_text)) {
    const EnvironmentSection& section = config.environment;
    world = section.world->make_batch(section.wrappers, section.copies, derive(seed, "world"), 1);
    agent = config.agent.agent->make(config.spec(), section.copies, derive(agent_seed, "agent"));
    world->reset();
  }
};

}  // namespace sandlot
