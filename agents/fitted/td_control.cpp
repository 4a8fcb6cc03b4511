#include "agents/fitted/td_control.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "agents/fitted/batch_agent.h"
#include "agents/tabular/archived.h"

namespace sandlot {
namespace {

ExplorationSettings epsilon_greedy(const Schedule& epsilon) {
  ExplorationSettings settings;
  settings.epsilon = epsilon;
  return settings;
}

}  // namespace

void TdControl::Settings::fields(Fields& f) {
  values.fields(f);
  f.choice("method", method,
           {{"q_learning", TdMethod::q_learning},
            {"sarsa", TdMethod::sarsa},
            {"expected_sarsa", TdMethod::expected_sarsa}},
           "what the next state is worth: its best action, the next one, or the expectation");
  f.number("discount", discount, "γ", Range::between(0, 1));
  f.schedule("epsilon", epsilon, "chance of a random action", Range::between(0, 1));
  f.integer("replay", replay,
            "transitions that are kept, to learn from batches of them; 0: from each step as it "
            "comes",
            Range::between(0, 1e9));
  f.when(replay > 0, "replay above 0", [&] {
    f.integer("batch", batch, "transitions in a batch", Range::at_least(1));
    f.integer("train_every", train_every, "steps between two batches", Range::at_least(1));
  });
}

void TdControl::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  require_plain_actions(spec, issues);
  values.check(spec, issues);
  if (values.learner.get() && !values.learner->facts().incremental)
    issues.add("value_function.learner",
               std::string(values.learner.chosen()) +
                   " learns from all examples at once and cannot go on step by step; expected a "
                   "learner that can, or the agent fitted_q, which takes any");
  if (method == TdMethod::sarsa && replay > 0)
    issues.add("replay",
               "SARSA learns from what it does now, not from what was done before; "
               "expected 0, or method: expected_sarsa");
}

TdControl::TdControl(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : settings_(settings),
      spec_(spec),
      exploration_random_(derive(seed, "exploration")),
      sampling_(derive(seed, "replay")),
      exploration_(epsilon_greedy(settings.epsilon)),
      policy_(RegressionValues(settings.values, spec, seed)),
      memory_(spec, static_cast<std::size_t>(settings.replay)),
      actions_(static_cast<std::size_t>(copies)),
      next_actions_(actions_.size()),
      row_values_(static_cast<std::size_t>(spec.action.n)),
      values_(row_values_.size()),
      chances_(row_values_.size()) {}

std::span<const double> TdControl::values_of(std::span<const float> observation) {
  policy_.values().of_row(observation, row_values_);
  std::copy(row_values_.begin(), row_values_.end(), values_.begin());
  return values_;
}

std::int32_t TdControl::choose(std::span<const float> observation) {
  return exploration_.choose(values_of(observation), {}, {}, exploration_random_);
}

void TdControl::train(TrainingContext& training) {
  const VectorEnvironment& world = training.environment();
  exploration_.set_rates(training.steps());
  for (int row = 0; !started_ && row < world.size(); ++row)
    actions_[static_cast<std::size_t>(row)] = choose(world.observation(row));
  started_ = true;
  while (training.proceed(*this)) {
    exploration_.set_rates(training.steps());
    before_.assign(world.observations().begin(), world.observations().end());
    training.step({.discrete = actions_, .continuous = {}});
    for (int row = 0; row < world.size(); ++row) {
      const bool ended = world.statuses()[static_cast<std::size_t>(row)] != Status::running;
      next_actions_[static_cast<std::size_t>(row)] =
          choose(ended ? world.final_observation(row) : world.observation(row));
    }
    if (settings_.replay > 0) {
      memory_.add(before_, actions_, world);
      learn(training);
    } else {
      Transitions lived(spec_);
      lived.add(before_, actions_, world);
      which_.resize(lived.size());
      std::iota(which_.begin(), which_.end(), std::size_t{0});
      learn_from(lived, which_, next_actions_, training);
    }
    for (int row = 0; row < world.size(); ++row) {
      const auto i = static_cast<std::size_t>(row);
      actions_[i] = world.statuses()[i] == Status::running ? next_actions_[i]
                                                           : choose(world.observation(row));
    }
  }
}

// A batch for every `train_every` steps, once the memory holds one.
void TdControl::learn(TrainingContext& training) {
  owed_ += static_cast<std::int64_t>(actions_.size());
  for (; owed_ >= settings_.train_every; owed_ -= settings_.train_every) {
    if (memory_.size() < static_cast<std::size_t>(settings_.batch)) continue;
    which_.resize(static_cast<std::size_t>(settings_.batch));
    for (auto& i : which_) i = sampling_.below(static_cast<std::uint32_t>(memory_.size()));
    learn_from(memory_, which_, {}, training);
  }
}

double TdControl::next_value(std::span<const float> next, std::int32_t next_action) {
  const auto values = values_of(next);
  if (settings_.method == TdMethod::sarsa) return values[static_cast<std::size_t>(next_action)];
  if (settings_.method == TdMethod::q_learning)
    return *std::max_element(values.begin(), values.end());
  exploration_.probabilities(values, {}, {}, chances_);
  return std::inner_product(values.begin(), values.end(), chances_.begin(), 0.0);
}

void TdControl::learn_from(const Transitions& lived, std::span<const std::size_t> which,
                           std::span<const std::int32_t> next_actions, TrainingContext& training) {
  Matrix states(static_cast<Eigen::Index>(which.size()),
                static_cast<Eigen::Index>(spec_.observation.size()));
  std::vector<std::int32_t> actions(which.size());
  targets_.resize(which.size());
  for (std::size_t k = 0; k < which.size(); ++k) {
    const std::size_t i = which[k];
    const auto state = lived.state(i);
    std::copy(state.begin(), state.end(), states.row(static_cast<Eigen::Index>(k)).data());
    actions[k] = lived.actions()[i];
    double target = static_cast<double>(lived.rewards()[i]);
    if (!lived.terminated()[i])
      target += settings_.discount *
                next_value(lived.next_state(i), next_actions.empty() ? 0 : next_actions[k]);
    training.report("td_error",
                    std::abs(target - values_of(state)[static_cast<std::size_t>(actions[k])]));
    targets_[k] = static_cast<float>(target);
  }
  policy_.values().partial_fit(states, actions, targets_);
}

void TdControl::save(Writer& out) const {
  out.tag("td control");
  policy_.save(out);
  memory_.save(out);
  exploration_random_.save(out);
  sampling_.save(out);
  out.write(owed_);
  out.write(started_);
  out.write(actions_);
}

void TdControl::load(Reader& in) {
  in.expect_tag("td control");
  policy_.load(in);
  memory_.load(in);
  exploration_random_.load(in);
  sampling_.load(in);
  in.read(owed_);
  in.read(started_);
  read_fixed(in, actions_);
  if (owed_ < 0 || owed_ >= settings_.train_every) in.fail("more steps than there may be are owed");
  for (const auto a : actions_)
    if (a < 0 || a >= spec_.action.n) in.fail("an action is out of range");
}

}  // namespace sandlot
