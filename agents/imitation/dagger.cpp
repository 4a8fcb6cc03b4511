#include "agents/imitation/dagger.h"

#include <cmath>
#include <filesystem>

#include "agents/imitation/imitation.h"
#include "agents/imitation/teacher.h"
#include "sim/core/archive.h"

namespace sandlot {

void Dagger::Settings::fields(Fields& f) {
  f.choice("teacher", teacher, {{"policy", Teacher::policy}, {"rules", Teacher::rules}},
           "who is asked: a trained policy, or the world's own player by rules");
  f.when(teacher == Teacher::policy, "teacher: policy",
         [&] { f.text("expert", expert, "the folder of a finished run, whose policy is asked"); });
  f.component("classifier", "learner", classifier, "what learns the action");
  f.integer("steps_per_round", steps_per_round, "steps before the learner learns again",
            Range::at_least(1));
  f.number("beta", beta, "the expert acts with probability beta^(i-1) in round i",
           Range::between(0, 1));
}

void Dagger::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  if (teacher == Teacher::rules)
    check_rules(spec, issues);
  else if (expert.empty())
    issues.add("expert", "expected the folder of a finished run");
  else if (!std::filesystem::exists(expert))
    issues.add("expert", "there is no folder " + expert +
                             "; expected that of a finished run in the same world: train it first");
  check_imitator(classifier, spec, issues);
}

Dagger::Dagger(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : settings_(settings),
      observation_(spec.observation),
      action_count_(spec.action.n),
      random_(derive(seed, "exploration")),
      policy_(
          settings.classifier->make(spec.observation, spec.action.n, derive(seed, "classifier")),
          settings.classifier->facts()),
      actions_(static_cast<std::size_t>(copies)),
      advice_(actions_.size()) {}

void Dagger::train(TrainingContext& training) {
  VectorEnvironment& world = training.environment();
  Policy* expert =
      settings_.teacher == Teacher::policy ? &training.trained_policy(settings_.expert) : nullptr;
  for (int row = 0; expert && row < world.size(); ++row) expert->begin_episode(row);
  while (training.proceed(*this)) {
    act(world, expert);
    lessons_.add(world.observations(), advice_);
    training.step({.discrete = actions_, .continuous = {}});
    for (const EpisodeRecord& ended : world.finished())
      if (expert) expert->begin_episode(ended.row);
    in_round_ += world.size();
    if (in_round_ >= settings_.steps_per_round) learn(training);
  }
}

void Dagger::act(const VectorEnvironment& world, Policy* expert) {
  if (expert) {
    for (int row = 0; row < world.size(); ++row) expert->look(row, world.environment(row));
    expert->act(world.size(), world.observations(), world.legal_actions(), advice_, {}, random_);
  } else {
    ask_rules(world, advice_);
  }
  policy_.act(world.size(), world.observations(), world.legal_actions(), actions_, {}, random_);
  const double expert_share = std::pow(settings_.beta, static_cast<double>(rounds_));
  for (std::size_t row = 0; row < actions_.size(); ++row) {
    agreed_ += actions_[row] == advice_[row];
    if (random_.bernoulli(expert_share)) actions_[row] = advice_[row];
  }
}

void Dagger::learn(TrainingContext& training) {
  if (rounds_ > 0)
    training.report("agreement", static_cast<double>(agreed_) / static_cast<double>(in_round_));
  lessons_.teach(policy_.classifier());
  ++rounds_;
  in_round_ = agreed_ = 0;
}

void Dagger::save(Writer& out) const {
  out.tag("dagger");
  policy_.save(out);
  random_.save(out);
  lessons_.save(out);
  for (const auto count : {in_round_, agreed_, rounds_}) out.write(count);
}

void Dagger::load(Reader& in) {
  in.expect_tag("dagger");
  policy_.load(in);
  random_.load(in);
  lessons_.load(in, observation_, action_count_);
  for (auto* count : {&in_round_, &agreed_, &rounds_}) {
    in.read(*count);
    if (*count < 0) in.fail("a count is below 0");
  }
}

}  // namespace sandlot
