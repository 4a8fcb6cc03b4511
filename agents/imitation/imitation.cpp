#include "agents/imitation/imitation.h"

#include <filesystem>

namespace sandlot {

void Imitation::Settings::fields(Fields& f) {
  f.texts("episodes", episodes, "what to imitate: .episode files, and folders of them");
  f.component("classifier", "learner", classifier, "what learns the action");
}

void Imitation::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  if (spec.action.is_discrete()) {
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
    : episodes_(settings.episodes),
      policy_(
          settings.classifier->make(spec.observation, spec.action.n, derive(seed, "classifier")),
          settings.classifier->facts()),
      actions_(static_cast<std::size_t>(copies)) {}

void Imitation::train(TrainingContext& training) {
  if (!policy_.classifier().fitted()) learn(training);
  VectorEnvironment& world = training.environment();
  Random unused(0);
  while (training.proceed(*this)) {
    policy_.act(world.size(), world.observations(), world.legal_actions(), actions_, {}, unused);
    training.step({.discrete = actions_, .continuous = {}});
  }
}

void Imitation::learn(TrainingContext& training) {
  std::vector<float> seen;
  std::vector<std::int32_t> done;
  for (const Demonstration& shown : training.demonstrations(episodes_)) {
    seen.insert(seen.end(), shown.observations.begin(), shown.observations.end());
    done.insert(done.end(), shown.actions.begin(), shown.actions.end());
  }
  Classifier& classifier = policy_.classifier();
  const MatrixMap x(seen.data(), static_cast<Eigen::Index>(done.size()),
                    static_cast<Eigen::Index>(classifier.input().size()));
  classifier.fit(x, done);
  const auto taken = classifier.predict(x);
  double same = 0;
  for (std::size_t i = 0; i < done.size(); ++i) same += taken[i] == done[i];
  training.report("agreement", same / static_cast<double>(done.size()));
}

}  // namespace sandlot
