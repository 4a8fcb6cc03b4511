#include "agents/dqn/settings.h"

#include <algorithm>
#include <cstdio>

namespace sandlot {
namespace {

// Counts what a check finds.
class Counted final : public Issues {
 public:
  explicit Counted(Issues& inner) : inner_(inner) {}
  void add(std::string_view path, std::string_view message) override {
    ++count;
    inner_.add(path, message);
  }
  int count = 0;

 private:
  Issues& inner_;
};

}  // namespace

void ValueNetworkSettings::fields(Fields& f) {
  NetworkSettings::fields(f);
  f.boolean("dueling", dueling, "a value and an advantage stream (Wang et al. 2016)");
  f.when(dueling, "dueling: true", [&] {
    f.integers("stream_hidden", stream_hidden, "units of each stream's own layers; [] for none",
               Range::between(1, 65536));
  });
  f.boolean("noisy", noisy, "noise on the weights of dense layers explores (Fortunato et al. 2018)");
  f.when(noisy, "noisy: true", [&] {
    f.number("sigma0", sigma0, "initial noise, times 1/√inputs", Range::above(0));
  });
  head.fields(f);
}

void ValueNetworkSettings::check(const EnvironmentSpec& spec, Issues& issues) const {
  NetworkSettings::check(spec.observation, issues);
  head.check(issues);
}

Architecture ValueNetworkSettings::architecture(const EnvironmentSpec& spec) const {
  ArchitectureBuilder builder = torso(spec.observation, noisy);
  ArchitectureBuilder::Head last;
  last.groups = spec.action.n;
  last.atoms = ValueHead(head, spec.action.n).atoms();
  last.dueling = dueling;
  for (const std::int64_t units : stream_hidden) last.hidden.push_back(static_cast<int>(units));
  last.noisy = noisy;
  last.sigma0 = sigma0;
  return builder.finish(last);
}

void TargetNetworkSettings::fields(Fields& f) {
  f.integer("every", every, "steps from one update of the target network to the next",
            Range::at_least(1));
  f.number("rate", rate, "how far it moves towards the network; 1: it becomes a copy (hard update)",
           Range{0, 1, true});
}

void MunchausenSettings::fields(Fields& f) {
  f.boolean("enabled", enabled,
            "the policy's own log-probability is added to the reward (Vieillard et al. 2020)");
  f.when(enabled, "enabled: true", [&] {
    f.number("alpha", alpha, "weight of the added term", Range::between(0, 1));
    f.number("temperature", temperature, "entropy temperature τ of the softmax policy",
             Range::above(0));
    f.number("floor", floor, "least value of τ log π", Range{-1e9, 0});
  });
}

void DqnSettings::fields(Fields& f) {
  f.section("value_function", value_function, "the network that learns the action values");
  f.section("optimizer", optimizer, "how the network is changed");
  f.number("discount", discount, "γ", Range::between(0, 1));
  f.schedule("epsilon", epsilon, "chance of a random action; 0 with noisy networks",
             Range::between(0, 1));
  f.integer("batch", batch, "transitions of one update", Range::between(1, 65536));
  f.integer("learning_starts", learning_starts, "steps before the first update",
            Range::at_least(0));
  f.integer("train_every", train_every, "steps, over all copies, from one training to the next",
            Range::at_least(1));
  f.integer("updates", updates, "updates of the network at each training", Range::at_least(1));
  f.section("target", target, "the network that targets are taken from");
  f.boolean("double", double_q,
            "the online network chooses the next action, the target network values it (van Hasselt, "
            "Guez & Silver 2016)");
  f.integer("n_step", n_step, "rewards before bootstrapping", Range::between(1, 1000));
  f.section("munchausen", munchausen, "Munchausen DQN");
  f.section("replay", replay, "the memory of transitions");
}

bool DqnSettings::check(const EnvironmentSpec& spec, int copies, Issues& whole,
                        int window) const {
  Counted issues(whole);
  if (!spec.action.is_discrete()) {
    issues.add("name", "needs discrete actions; those of " + spec.name + " are " +
                           spec.action.describe() + ": expected ppo");
    return false;
  }
  {
    IssuesBelow below(issues, "value_function");
    value_function.check(spec, below);
  }
  {
    IssuesBelow below(issues, "replay");
    replay.check(spec.observation, copies, below, spec.frame_stack, std::max(n_step, window));
  }
  if (learning_starts > replay.capacity)
    issues.add("learning_starts", "expected at most replay.capacity, " +
                                      std::to_string(replay.capacity));
  if (munchausen.enabled) {
    if (value_function.head.kind != ValueKind::expected)
      issues.add("munchausen.enabled", "expected value_function.values: expected");
    if (n_step != 1) issues.add("munchausen.enabled", "expected n_step: 1");
    if (double_q) issues.add("munchausen.enabled", "expected double: false, it has no maximum");
  }
  return issues.count == 0;
}

std::size_t DqnSettings::replay_bytes(const EnvironmentSpec& spec, int copies,
                                      int state_size) const {
  return ReplayBuffer::bytes_for(replay, spec, spec.frame_stack, copies, state_size);
}

std::string describe_bytes(std::size_t bytes) {
  const char* const units[] = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1000 && unit < 4) value /= 1000, ++unit;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  return text;
}

std::string describe_learner(const Network& network, const ReplaySettings& replay,
                             std::size_t bytes) {
  return "network " + network.architecture().describe() + ": " +
         std::to_string(network.parameter_count()) + " parameters, on " + network.backend() +
         "; replay memory: " + std::to_string(replay.capacity) + " slots, up to " +
         describe_bytes(bytes) + (replay.memory_map.empty() ? "" : ", memory-mapped");
}

}  // namespace sandlot
