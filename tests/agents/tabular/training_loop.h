// The smallest training: steps an environment until a budget is used up.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/agent.h"
#include "sim/core/archive.h"
#include "sim/core/settings.h"
#include "sim/core/vector_environment.h"

namespace sandlot {

// What the loop's trained_policy() is: looks at the first number that it sees.
class FirstNumberPolicy final : public Policy {
 public:
  explicit FirstNumberPolicy(int actions) : actions_(actions) {}
  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t>,
           std::span<std::int32_t> actions, std::span<float>, Random&) override {
    const std::size_t width = observations.size() / static_cast<std::size_t>(rows);
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row)
      actions[row] = static_cast<std::int32_t>(std::abs(observations[row * width]) * 20) % actions_;
  }
  void save(Writer&) const override {}
  void load(Reader&) override {}

 private:
  int actions_;
};

class TrainingLoop final : public TrainingContext {
 public:
  TrainingLoop(VectorEnvironment& environment, std::int64_t budget)
      : environment_(environment), budget_(budget), trained_(environment.spec().action.n) {}

  // Goes on from a number of steps made before.
  void continue_from(std::int64_t steps, std::int64_t episodes, std::int64_t budget) {
    steps_ = steps;
    episodes_ = episodes;
    budget_ = budget;
  }
  std::function<void(const Actions&)> before_step;
  std::function<void(Agent&)> between_steps;

  VectorEnvironment& environment() override { return environment_; }
  bool proceed(Agent& agent) override {
    if (between_steps) between_steps(agent);
    return steps_ < budget_;
  }
  void step(const Actions& actions) override {
    if (before_step) before_step(actions);
    environment_.step(actions);
    count(environment_.size(), environment_.finished());
  }
  void count(std::int64_t steps, std::span<const EpisodeRecord> finished) override {
    steps_ += steps;
    episodes_ += static_cast<std::int64_t>(finished.size());
  }
  std::int64_t steps() const override { return steps_; }
  std::int64_t episodes() const override { return episodes_; }
  void report(std::string_view, double value) override { last_report = value; }
  // 60 steps of each row by chance, whatever `paths` are; the world is as before.
  std::vector<Demonstration> demonstrations(std::span<const std::string>) override {
    Writer before;
    environment_.save(before);
    Random random(1);
    Demonstration shown;
    const EnvironmentSpec& spec = environment_.spec();
    const auto n = static_cast<std::size_t>(spec.action.n);
    std::vector<std::int32_t> actions(static_cast<std::size_t>(environment_.size()));
    for (int step = 0; step < 60; ++step) {
      for (std::size_t row = 0; row < actions.size(); ++row) {
        const auto legal = environment_.legal_actions();
        actions[row] = uniform_action(spec.action.n,
                                      legal.empty() ? legal : legal.subspan(row * n, n), random);
      }
      shown.observations.insert(shown.observations.end(), environment_.observations().begin(),
                                environment_.observations().end());
      shown.actions.insert(shown.actions.end(), actions.begin(), actions.end());
      environment_.step({.discrete = actions, .continuous = {}});
    }
    shown.length = static_cast<std::int64_t>(shown.actions.size());
    Reader in(before.bytes());
    environment_.load(in);
    return {shown};
  }

  Policy& trained_policy(const std::string&) override { return trained_; }

  double last_report = 0;

 private:
  VectorEnvironment& environment_;
  std::int64_t budget_;
  FirstNumberPolicy trained_;
  std::int64_t steps_ = 0, episodes_ = 0;
};

// Resets the environment and trains for `steps` steps.
inline void train(Agent& agent, VectorEnvironment& environment, std::int64_t steps) {
  environment.reset();
  TrainingLoop loop(environment, steps);
  agent.train(loop);
}

template <class T>
std::vector<std::byte> saved(const T& object) {
  Writer out;
  object.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

inline std::vector<float> action_values(Agent& agent, std::vector<float> observation, int actions) {
  std::vector<float> values(static_cast<std::size_t>(actions));
  agent.policy().action_values(observation, values);
  return values;
}

struct CollectedIssues final : Issues {
  std::vector<std::pair<std::string, std::string>> list;
  void add(std::string_view path, std::string_view message) override {
    list.emplace_back(path, message);
  }
};

}  // namespace sandlot
