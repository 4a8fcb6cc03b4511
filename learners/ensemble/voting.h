// Voting: `voting`, several learners that answer together: the weighted mean of numbers or
// probabilities, or the majority (Kittler et al. 1998, "On combining classifiers").
#pragma once

#include <memory>
#include <vector>

#include "learners/ensemble/nested.h"

namespace sandlot {

template <class Factory>
struct VotingSettings {
  Members<Factory> members;
  std::vector<double> weights;
  bool hard = false;

  static constexpr bool kClasses = std::is_same_v<Factory, ClassifierFactory>;

  void fields(Fields& f) {
    f.numbers("weights", weights, "of the members' voices; none: all alike", Range::above(0));
    if constexpr (kClasses)
      f.choice("voting", hard, {{"soft", false}, {"hard", true}},
               "soft: the mean of probabilities; hard: the share of votes");
    members.fields(f);
  }
  void check(const Space& input, Issues& issues) const {
    members.check(input, issues);
    if (!weights.empty() && weights.size() != members.names.size())
      issues.add("weights", "expected one per member, or none");
    if (kClasses && !hard && !soft_works())
      issues.add("voting", "a member gives no probabilities: expected hard");
  }
  LearnerFacts facts() const {
    return {.probabilities = kClasses,
            .importances = members.all([](const LearnerFacts& f) { return f.importances; }),
            .missing = members.missing()};
  }
  double weight(std::size_t i) const {
    if (weights.empty()) return 1.0 / static_cast<double>(members.names.size());
    double sum = 0;
    for (const double w : weights) sum += w;
    return weights[i] / sum;
  }

 private:
  bool soft_works() const {
    return members.all([](const LearnerFacts& f) { return f.probabilities; });
  }
};

class VotingRegressor final : public Regressor {
 public:
  using Settings = VotingSettings<RegressorFactory>;
  VotingRegressor(const Settings& settings, const Space& input, int outputs, Seed seed);

  std::vector<double> importances() const override { return mean_importances(members_); }

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override;
  void do_predict_row(std::span<const float> x, std::span<float> out) const override;
  bool takes_missing() const override { return settings_.members.missing(); }
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  Settings settings_;
  std::vector<std::unique_ptr<Regressor>> members_;
};

class VotingClassifier final : public Classifier {
 public:
  using Settings = VotingSettings<ClassifierFactory>;
  VotingClassifier(const Settings& settings, const Space& input, int classes, Seed seed);

  std::vector<double> importances() const override { return mean_importances(members_); }

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  void do_probabilities_row(std::span<const float> x, std::span<float> out) const override;
  bool takes_missing() const override { return settings_.members.missing(); }
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  Settings settings_;
  std::vector<std::unique_ptr<Classifier>> members_;
};

}  // namespace sandlot
