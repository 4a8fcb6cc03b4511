// Stacking: `stacking` (Wolpert 1992, "Stacked generalization"), a learner that learns from what
// others predict of rows that they have not seen.
//
// Members predict each fold after learning from the others; the final learner is taught by that,
// and the members then learn from everything. Folds deal rows out, so that a row of weight 2 is in
// one fold where its two copies might be in two.
#pragma once

#include <memory>
#include <vector>

#include "learners/ensemble/nested.h"

namespace sandlot {

template <class Factory>
struct StackingSettings {
  Members<Factory> members;
  BaseLearner<Factory> last{Slot<Factory>{"random_forest"}};
  int folds = 5;
  bool originals = false;

  void fields(Fields& f) {
    f.integer("folds", folds, "parts that are predicted by what was learnt from the others",
              Range::between(2, 1000));
    f.boolean("originals", originals, "the final learner sees the inputs as well");
    f.component("final", "learner", last.slot, "what learns from the members' predictions");
    members.fields(f);
  }
  void check(const Space& input, Issues& issues) const {
    members.check(input, issues);
    if (std::is_same_v<Factory, ClassifierFactory> &&
        !members.all([](const LearnerFacts& f) { return f.probabilities; }))
      issues.add("members", "a member gives no probabilities, which the final learner learns from");
    if (input.is_discrete() && originals)
      issues.add("originals", "a discrete input cannot stand beside predictions");
    last.check("final", Space::box({1}, 0, 1), issues);
  }
  LearnerFacts facts() const {
    return {.probabilities = last.facts().probabilities,
            .missing = members.missing() && (!originals || last.facts().missing)};
  }
};

// The fold of each row: dealt out in random order, class by class where there are labels.
std::vector<int> deal_folds(std::size_t rows, std::span<const std::int32_t> labels, int folds,
                            Seed seed);

class StackingRegressor final : public Regressor {
 public:
  using Settings = StackingSettings<RegressorFactory>;
  StackingRegressor(const Settings& settings, const Space& input, int outputs, Seed seed);

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override;
  bool takes_missing() const override { return settings_.facts().missing; }
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  Settings settings_;
  Seed seed_;
  std::vector<std::unique_ptr<Regressor>> members_;
  std::unique_ptr<Regressor> last_;
};

class StackingClassifier final : public Classifier {
 public:
  using Settings = StackingSettings<ClassifierFactory>;
  StackingClassifier(const Settings& settings, const Space& input, int classes, Seed seed);

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  std::vector<std::int32_t> do_predict(const MatrixView& x) const override;
  bool takes_missing() const override { return settings_.facts().missing; }
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  Settings settings_;
  Seed seed_;
  std::vector<std::unique_ptr<Classifier>> members_;
  std::unique_ptr<Classifier> last_;
};

}  // namespace sandlot
