#include "agents/imitation/imitation.h"

#include <filesystem>

#include "agents/imitation/teacher.h"
#include "sim/core/archive.h"

namespace sandlot {

void Imitation::Settings::fields(Fields& f) {
  f.choice("teacher", teacher, {{"episodes", Teacher::episodes}, {"rules", Teacher::rules}},
           "who shows it: whoever played recorded episodes, or the world's own player by rules");
  f.when(teacher == Teacher::episodes, "teacher: episodes", [&] {
    f.texts("episodes", episodes, "what to imitate: .episode files, and folders of them");
  });
  f.when(teacher == Teacher::rules, "teacher: rules", [&] {
    f.integer("lessons", lessons, "steps that the teacher plays, of those of the training",
              Range::at_least(1));
  });
  f.component("classifier", "learner", classifier, "what learns the action");
}

void Imitation::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  if (teacher == Teacher::rules) {
    check_rules(spec, issues);
  } else if (spec.action.is_discrete()) {
    if (episodes.empty())
      issues.add("episodes", "expected at least one .episode file or folder of them");
    for (const std::string& path : episodes)
      if (!std::filesystem::exists(path))
        issues.add("episodes", "there is no file or folder " + path);
  }
  check_imitator(classifier, spec, issues);
}

void check_imitator(const Slot<ClassifierFactory>& classifier, const EnvironmentSpec& spec,
                    Issues& issues) {
  if (!spec.action.is_discrete())
    return issues.add(
        "name", "needs discrete actions; those of " + spec.name + " are " + spec.action.describe());
  if (!classifier.get()) return issues.add("classifier.learner", "expected a classifier");
  {
    IssuesBelow below(issues, "classifier");
    classifier->check(spec.observation, below);
  }
  if (spec.masks_actions && !classifier->facts().probabilities)
    issues.add("classifier.learner", "some actions of " + spec.name +
                                         " are illegal at times: expected a classifier that gives "
                                         "probabilities");
}

Imitation::Imitation(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : settings_(settings),
      observation_(spec.observation),
      action_count_(spec.action.n),
      policy_(
          settings.classifier->make(spec.observation, spec.action.n, derive(seed, "classifier")),
          settings.classifier->facts()),
      actions_(static_cast<std::size_t>(copies)) {}

void Imitation::train(TrainingContext& training) {
  VectorEnvironment& world = training.environment();
  if (!policy_.classifier().fitted()) {
    const bool rules = settings_.teacher == Teacher::rules;
    if (!(rules ? see_rules(training) : see_episodes(training))) return;
    learn(training);
  }
  Random unused(0);
  while (training.proceed(*this)) {
    policy_.act(world.size(), world.observations(), world.legal_actions(), actions_, {}, unused);
    training.step({.discrete = actions_, .continuous = {}});
  }
}

bool Imitation::see_episodes(TrainingContext& training) {
  for (const Demonstration& shown : training.demonstrations(settings_.episodes))
    lessons_.add(shown.observations, shown.actions);
  return true;
}

bool Imitation::see_rules(TrainingContext& training) {
  VectorEnvironment& world = training.environment();
  while (static_cast<std::int64_t>(lessons_.size()) < settings_.lessons) {
    if (!training.proceed(*this)) return false;
    ask_rules(world, actions_);
    lessons_.add(world.observations(), actions_);
    training.step({.discrete = actions_, .continuous = {}});
  }
  return true;
}

void Imitation::learn(TrainingContext& training) {
  lessons_.teach(policy_.classifier());
  training.report("agreement", lessons_.agreement(policy_.classifier()));
  lessons_ = {};
}

void Imitation::save(Writer& out) const {
  out.tag("imitation");
  policy_.save(out);
  lessons_.save(out);
}

void Imitation::load(Reader& in) {
  in.expect_tag("imitation");
  policy_.load(in);
  lessons_.load(in, observation_, action_count_);
}

}  // namespace sandlot
