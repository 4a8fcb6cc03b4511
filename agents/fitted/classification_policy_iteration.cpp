#include "agents/fitted/classification_policy_iteration.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "agents/fitted/batch_agent.h"
#include "sim/core/archive.h"

namespace sandlot {
namespace {

struct Estimate {
  double mean = 0, variance = 0;  // of the mean
};

Estimate estimate(std::span<const double> returns) {
  const auto n = static_cast<double>(returns.size());
  Estimate e;
  for (const double r : returns) e.mean += r / n;
  if (returns.size() < 2) return e;
  for (const double r : returns) e.variance += (r - e.mean) * (r - e.mean) / (n * (n - 1));
  return e;
}

}  // namespace

void ClassificationPolicyIteration::Settings::fields(Fields& f) {
  f.component("classifier", "learner", classifier, "what learns the best actions");
  f.number("discount", discount, "γ", Range::between(0, 1));
  f.integer("states", states, "states that are sampled before the policy changes",
            Range::at_least(1));
  f.integer("sample_every", sample_every, "steps of an episode between two sampled states",
            Range::at_least(1));
  f.integer("rollouts", rollouts,
            "of each action, from each state, by the random policy; later ones are all alike",
            Range::at_least(1));
  f.integer("horizon", horizon, "steps of a rollout, at most", Range::at_least(1));
  f.number("standard_errors", standard_errors,
           "of the difference, by which the best action must be ahead of each other",
           Range::at_least(0));
  f.schedule("epsilon", epsilon, "chance of a random action between sampled states",
             Range::between(0, 1));
}

void ClassificationPolicyIteration::Settings::check(const EnvironmentSpec& spec, int,
                                                    Issues& issues) const {
  require_plain_actions(spec, issues);
  if (!classifier.get()) return issues.add("classifier.learner", "expected a classifier");
  IssuesBelow below(issues, "classifier");
  classifier->check(spec.observation, below);
}

ClassificationPolicyIteration::ClassificationPolicyIteration(const Settings& settings,
                                                             const EnvironmentSpec& spec,
                                                             int copies, Seed seed)
    : settings_(settings),
      spec_(spec),
      random_(derive(seed, "exploration")),
      policy_(
          settings.classifier->make(spec.observation, spec.action.n, derive(seed, "classifier")),
          settings.classifier->facts()),
      actions_(static_cast<std::size_t>(copies)) {}

void ClassificationPolicyIteration::train(TrainingContext& training) {
  const VectorEnvironment& world = training.environment();
  while (training.proceed(*this)) {
    if (since_sampled_ >= settings_.sample_every) {
      compare_actions(training);
      since_sampled_ = 0;
      if (sampled_ >= settings_.states) learn(training);
      continue;
    }
    choose(world, settings_.epsilon.at(training.steps()));
    training.step({.discrete = actions_, .continuous = {}});
    ++since_sampled_;
  }
}

void ClassificationPolicyIteration::choose(const VectorEnvironment& world, double epsilon) {
  policy_.act(world.size(), world.observations(), {}, actions_, {}, random_);
  for (auto& action : actions_)
    if (epsilon > 0 && random_.bernoulli(epsilon))
      action = uniform_action(spec_.action.n, {}, random_);
}

// A classifier acts without chance, and the world's own is the same each time.
std::size_t ClassificationPolicyIteration::rollouts_now() const {
  return policy_.classifier().fitted() ? 1 : static_cast<std::size_t>(settings_.rollouts);
}

// All rows at once, each from its own state.
void ClassificationPolicyIteration::compare_actions(TrainingContext& training) {
  VectorEnvironment& world = training.environment();
  const auto rows = static_cast<std::size_t>(world.size());
  const auto actions = static_cast<std::size_t>(spec_.action.n);
  const std::size_t rollouts = rollouts_now();
  std::vector<double> returns(rows * actions * rollouts);  // [row, action, rollout]
  std::vector<double> one(rows);
  std::int64_t steps = 0;
  Writer before;
  world.save(before);
  const auto restore = [&] {
    Reader in(before.bytes());
    world.load(in);
  };
  for (std::size_t a = 0; a < actions; ++a) {
    for (std::size_t k = 0; k < rollouts; ++k) {
      steps += roll_out(world, static_cast<std::int32_t>(a), one);
      restore();
      for (std::size_t row = 0; row < rows; ++row)
        returns[(row * actions + a) * rollouts + k] = one[row];
    }
  }
  label(world, returns);
  training.count(steps, {});
}

// Discounted returns of each row; what it costs in steps.
std::int64_t ClassificationPolicyIteration::roll_out(VectorEnvironment& world, std::int32_t first,
                                                     std::span<double> returns) {
  std::fill(returns.begin(), returns.end(), 0.0);
  std::vector<bool> ended(returns.size());
  std::int64_t steps = 0;
  double weight = 1;
  for (int step = 0; step <= settings_.horizon; ++step) {
    if (step == 0)
      std::fill(actions_.begin(), actions_.end(), first);
    else
      policy_.act(world.size(), world.observations(), {}, actions_, {}, random_);
    world.step({.discrete = actions_, .continuous = {}});
    steps += world.size();
    bool running = false;
    for (std::size_t row = 0; row < returns.size(); ++row) {
      if (!ended[row]) returns[row] += weight * static_cast<double>(world.rewards()[row]);
      ended[row] = ended[row] || world.statuses()[row] != Status::running;
      running = running || !ended[row];
    }
    if (!running) break;
    weight *= settings_.discount;
  }
  return steps;
}

void ClassificationPolicyIteration::label(const VectorEnvironment& world,
                                          std::span<const double> returns) {
  const auto actions = static_cast<std::size_t>(spec_.action.n);
  const std::size_t rollouts = rollouts_now();
  std::vector<Estimate> estimates(actions);
  std::vector<std::int32_t> kept(static_cast<std::size_t>(world.size()));
  policy_.act(world.size(), world.observations(), {}, kept, {}, random_);
  for (int row = 0; row < world.size(); ++row) {
    const std::size_t at = static_cast<std::size_t>(row) * actions * rollouts;
    for (std::size_t a = 0; a < actions; ++a)
      estimates[a] = estimate(returns.subspan(at + a * rollouts, rollouts));
    const auto best =
        std::max_element(estimates.begin(), estimates.end(),
                         [](const Estimate& a, const Estimate& b) { return a.mean < b.mean; });
    ++sampled_;
    const bool clear = std::all_of(estimates.begin(), estimates.end(), [&](const Estimate& other) {
      const double lead = best->mean - other.mean;
      return &other == &*best ||
             (lead > 0 &&
              lead > settings_.standard_errors * std::sqrt(best->variance + other.variance));
    });
    labelled_ += clear;
    if (!clear && !policy_.classifier().fitted()) continue;
    const auto seen = world.observation(row);
    examples_.insert(examples_.end(), seen.begin(), seen.end());
    labels_.push_back(clear ? static_cast<std::int32_t>(best - estimates.begin())
                            : kept[static_cast<std::size_t>(row)]);
  }
}

void ClassificationPolicyIteration::learn(TrainingContext& training) {
  training.report("labelled", static_cast<double>(labelled_) / static_cast<double>(sampled_));
  if (!labels_.empty()) {
    const MatrixMap x(examples_.data(), static_cast<Eigen::Index>(labels_.size()),
                      static_cast<Eigen::Index>(spec_.observation.size()));
    Classifier& classifier = policy_.classifier();
    if (classifier.fitted()) {
      const auto before = classifier.predict(x);
      double changed = 0;
      for (std::size_t i = 0; i < labels_.size(); ++i) changed += before[i] != labels_[i];
      training.report("changed", changed / static_cast<double>(labels_.size()));
    }
    classifier.fit(x, labels_);
  }
  sampled_ = labelled_ = 0;
  examples_.clear();
  labels_.clear();
}

void ClassificationPolicyIteration::save(Writer& out) const {
  out.tag("classification policy iteration");
  policy_.save(out);
  random_.save(out);
  out.write(since_sampled_);
  out.write(sampled_);
  out.write(labelled_);
  out.write(examples_);
  out.write(labels_);
}

void ClassificationPolicyIteration::load(Reader& in) {
  in.expect_tag("classification policy iteration");
  policy_.load(in);
  random_.load(in);
  in.read(since_sampled_);
  in.read(sampled_);
  in.read(labelled_);
  in.read(examples_);
  in.read(labels_);
  if (examples_.size() != labels_.size() * spec_.observation.size() || sampled_ < 0 ||
      labels_.size() > static_cast<std::uint64_t>(sampled_) || since_sampled_ < 0 ||
      labelled_ < 0 || since_sampled_ > settings_.sample_every)
    in.fail("the examples do not fit what was counted");
  check_observations(spec_.observation, examples_, in);
  for (const auto label : labels_)
    if (label < 0 || label >= spec_.action.n) in.fail("a label is out of range");
}

}  // namespace sandlot
