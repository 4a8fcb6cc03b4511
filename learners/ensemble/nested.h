// Learners inside learners: settings that choose them, and facts that follow from theirs.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "learners/classifier.h"
#include "learners/regressor.h"

namespace sandlot {

// The settings of one learner that an ensemble is made of.
template <class Factory>
struct BaseLearner {
  Slot<Factory> slot{"decision_tree"};

  const Factory* operator->() const { return slot.get(); }
  LearnerFacts facts() const { return slot.get() ? slot->facts() : LearnerFacts{}; }
  void check(std::string_view section, const Space& input, Issues& issues) const {
    if (!slot.get()) return issues.add(std::string(section) + ".learner", "expected a learner");
    IssuesBelow below(issues, std::string(section));
    slot->check(input, below);
  }
};

// Several, each with a name, under which its settings stand.
template <class Factory>
struct Members {
  std::vector<std::string> names{"random_forest", "gradient_boosting"};
  std::vector<Slot<Factory>> slots;

  void fields(Fields& f) {
    f.texts(
        "members", names,
        "names of the learners; one that is not a learner's own name stands with its settings in a "
        "section of that name: members: [a, b], a: {learner: knn, k: 3}, b: {learner: svm}");
    if (slots.size() > names.size())
      slots.erase(slots.begin() + static_cast<std::ptrdiff_t>(names.size()), slots.end());
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i == slots.size()) slots.emplace_back(names[i]);
      if (usable(names[i])) f.component(names[i], "learner", slots[i], "settings of this member");
    }
  }
  void check(const Space& input, Issues& issues) const {
    if (names.empty()) issues.add("members", "expected at least one");
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!usable(names[i]))
        issues.add("members", "'" + names[i] + "' cannot be the name of a member");
      else if (std::count(names.begin(), names.end(), names[i]) > 1)
        issues.add("members", "there are two members '" + names[i] + "'");
      if (i >= slots.size() || !slots[i].get()) {
        issues.add(names[i] + ".learner", "expected a learner");
        continue;
      }
      IssuesBelow below(issues, names[i]);
      slots[i]->check(input, below);
    }
  }
  template <class Fact>
  bool all(Fact fact) const {
    return std::all_of(slots.begin(), slots.end(),
                       [&](const auto& slot) { return slot.get() && fact(slot->facts()); });
  }
  bool missing() const {
    return all([](const LearnerFacts& facts) { return facts.missing; });
  }

 private:
  // The ensembles' own settings are not names of members.
  static bool usable(const std::string& name) {
    static constexpr std::array<std::string_view, 10> kReserved{
        "",        "learner", "members", "weights",   "voting",
        "threads", "final",   "folds",   "originals", "name"};
    return std::find(kReserved.begin(), kReserved.end(), name) == kReserved.end();
  }
};

// Factories whose facts depend on what was chosen: Settings has facts().
template <class R>
class NestedRegressorFactory final : public RegressorFactory {
 public:
  typename R::Settings settings;
  LearnerFacts facts() const override { return settings.facts(); }
  void fields(Fields& f) override { settings.fields(f); }
  void check(const Space& input, Issues& issues) const override { settings.check(input, issues); }
  std::unique_ptr<Regressor> make(const Space& input, int outputs, Seed seed) const override {
    return std::make_unique<R>(settings, input, outputs, seed);
  }
};

template <class C>
class NestedClassifierFactory final : public ClassifierFactory {
 public:
  typename C::Settings settings;
  LearnerFacts facts() const override { return settings.facts(); }
  void fields(Fields& f) override { settings.fields(f); }
  void check(const Space& input, Issues& issues) const override { settings.check(input, issues); }
  std::unique_ptr<Classifier> make(const Space& input, int classes, Seed seed) const override {
    return std::make_unique<C>(settings, input, classes, seed);
  }
};

template <class R>
void add_nested_regressor(Registry& registry, std::string name, std::string help) {
  registry.add(RegressorFactory::kind, {std::move(name), std::move(help), [] {
                                          return std::make_unique<NestedRegressorFactory<R>>();
                                        }});
}

template <class C>
void add_nested_classifier(Registry& registry, std::string name, std::string help) {
  registry.add(ClassifierFactory::kind, {std::move(name), std::move(help), [] {
                                           return std::make_unique<NestedClassifierFactory<C>>();
                                         }});
}

// Room for a member's answer to one row, on the stack where it is small.
class RowScratch {
 public:
  explicit RowScratch(std::size_t size) : size_(size) {
    if (size > small_.size()) large_.resize(size);
  }
  std::span<float> span() { return {size_ > small_.size() ? large_.data() : small_.data(), size_}; }

 private:
  std::size_t size_;
  std::array<float, 64> small_;
  std::vector<float> large_;
};

// Adds `weight` times a member's probabilities, or its votes where it has none or `hard` is set.
void add_votes(const Classifier& member, bool hard, const MatrixView& x, float weight, Matrix& sum);
void add_votes_row(const Classifier& member, bool hard, std::span<const float> x, float weight,
                   std::span<float> sum);
// Divides each row by its sum.
void normalise_rows(Matrix& sums);
void normalise_row(std::span<float> sums);

// The mean of what the members say of their inputs; empty where not all of them can say it.
template <class Member>
std::vector<double> mean_importances(const std::vector<std::unique_ptr<Member>>& members) {
  std::vector<double> mean;
  double sum = 0;
  for (const auto& member : members) {
    const std::vector<double> one = member->importances();
    if (one.empty()) return {};
    mean.resize(std::max(mean.size(), one.size()));
    for (std::size_t i = 0; i < one.size(); ++i) {
      mean[i] += one[i];
      sum += one[i];
    }
  }
  if (sum > 0)
    for (double& value : mean) value /= sum;
  return mean;
}

}  // namespace sandlot
