// Bagging: `bagging` (Breiman 1996, "Bagging predictors"), the mean of a learner taught by
// bootstrap samples; by Poisson weights where examples come in parts (Oza & Russell 2001, "Online
// bagging and boosting").
//
// Weights are those of the bootstrap of forests: whole ones are repeated rows.
#pragma once

#include <memory>
#include <vector>

#include "learners/ensemble/nested.h"

namespace sandlot {

template <class Factory>
struct BaggingSettings {
  BaseLearner<Factory> base;
  int count = 10;
  int threads = 1;

  void fields(Fields& f) {
    f.component("base", "learner", base.slot, "what is taught by each sample");
    f.integer("count", count, "learners", Range::between(1, 100000));
    f.integer("threads", threads,
              "learners taught at a time; the result is the same for any number",
              Range::between(1, 1024));
  }
  void check(const Space& input, Issues& issues) const { base.check("base", input, issues); }
  LearnerFacts facts() const {
    const LearnerFacts facts = base.facts();
    return {.incremental = facts.incremental,
            .probabilities = std::is_same_v<Factory, ClassifierFactory>,
            .importances = facts.importances,
            .missing = facts.missing};
  }
};

// How often each row counts for one member, when rows come in parts.
std::vector<float> poisson_counts(std::span<const float> weights, Random& random);

// Teaches members on samples, whatever they are.
template <class Member>
class Bag {
 public:
  Bag(int count, int threads, Seed seed) : threads_(threads), seed_(seed) {
    for (int i = 0; i < count; ++i)
      online_.emplace_back(derive(seed, "online", static_cast<std::uint64_t>(i)));
  }
  std::vector<std::unique_ptr<Member>> members;

  template <class Targets>
  void fit(const MatrixView& x, const Targets& targets, std::span<const float> weights);
  template <class Targets>
  void partial_fit(const MatrixView& x, const Targets& targets, std::span<const float> weights);
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  template <class Work>
  void for_members(Work work);

  int threads_;
  Seed seed_;
  std::vector<Random> online_;  // of each member
};

class BaggingRegressor final : public Regressor {
 public:
  using Settings = BaggingSettings<RegressorFactory>;
  BaggingRegressor(const Settings& settings, const Space& input, int outputs, Seed seed);

  std::vector<double> importances() const override { return mean_importances(bag_.members); }

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, const MatrixView& y,
                      std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override;
  void do_predict_row(std::span<const float> x, std::span<float> out) const override;
  bool takes_missing() const override { return facts_.missing; }
  void do_save(Writer& out) const override { bag_.save(out); }
  void do_load(Reader& in) override { bag_.load(in); }

 private:
  LearnerFacts facts_;
  Bag<Regressor> bag_;
};

class BaggingClassifier final : public Classifier {
 public:
  using Settings = BaggingSettings<ClassifierFactory>;
  BaggingClassifier(const Settings& settings, const Space& input, int classes, Seed seed);

  std::vector<double> importances() const override { return mean_importances(bag_.members); }

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                      std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  void do_probabilities_row(std::span<const float> x, std::span<float> out) const override;
  bool takes_missing() const override { return facts_.missing; }
  void do_save(Writer& out) const override { bag_.save(out); }
  void do_load(Reader& in) override { bag_.load(in); }

 private:
  LearnerFacts facts_;  // of the base
  Bag<Classifier> bag_;
};

}  // namespace sandlot
