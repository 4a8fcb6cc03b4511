// AdaBoost: `adaboost`, of classifiers by SAMME (Zhu, Zou, Rosset & Hastie 2009, "Multi-class
// AdaBoost"), of regressors by AdaBoost.R2 (Drucker 1997, "Improving regressors using boosting
// techniques").
//
// R2's samples are weights here, which every learner takes, so that nothing is drawn.
#pragma once

#include <memory>
#include <vector>

#include "learners/ensemble/nested.h"

namespace sandlot {

// A slot in which a decision tree is shallow unless it is told otherwise: boosting needs learners
// that leave something to correct.
template <class Factory>
class ShallowSlot final : public ComponentSlot {
 public:
  ShallowSlot(Slot<Factory>& slot, int depth) : slot_(slot), depth_(depth) {}
  std::string_view kind() const override { return slot_.kind(); }
  std::string_view chosen() const override { return slot_.chosen(); }
  bool choose(const Registry& registry, std::string_view name) override;
  void fields(Fields& f) override { slot_.fields(f); }

 private:
  Slot<Factory>& slot_;
  int depth_;
};

template <class Factory>
struct AdaboostSettings {
  static constexpr bool kClasses = std::is_same_v<Factory, ClassifierFactory>;
  BaseLearner<Factory> base;
  int rounds = 50;
  double learning_rate = 1;

  void fields(Fields& f);
  void check(const Space& input, Issues& issues) const { base.check("base", input, issues); }
  LearnerFacts facts() const {
    return {.probabilities = kClasses,
            .importances = base.facts().importances,
            .missing = base.facts().missing};
  }
};

enum class DruckerLoss : std::uint8_t { linear, square, exponential };

struct AdaboostRegressionSettings : AdaboostSettings<RegressorFactory> {
  DruckerLoss loss = DruckerLoss::linear;
  void fields(Fields& f);
};

class AdaboostClassifier final : public Classifier {
 public:
  using Settings = AdaboostSettings<ClassifierFactory>;
  AdaboostClassifier(const Settings& settings, const Space& input, int classes, Seed seed);

  std::size_t rounds() const { return members_.size(); }
  std::vector<double> importances() const override { return mean_importances(members_); }

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  bool takes_missing() const override { return settings_.base.facts().missing; }
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  std::unique_ptr<Classifier> make(std::size_t round) const;

  Settings settings_;
  Seed seed_;
  std::vector<std::unique_ptr<Classifier>> members_;
  std::vector<double> says_;  // the weight of each member's vote
};

class AdaboostRegressor final : public Regressor {
 public:
  using Settings = AdaboostRegressionSettings;
  AdaboostRegressor(const Settings& settings, const Space& input, int outputs, Seed seed);

  std::size_t rounds() const { return members_.size(); }
  std::vector<double> importances() const override { return mean_importances(members_); }

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override;
  bool takes_missing() const override { return settings_.base.facts().missing; }
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  std::unique_ptr<Regressor> make(std::size_t round) const;

  Settings settings_;
  Seed seed_;
  std::vector<std::unique_ptr<Regressor>> members_;
  std::vector<double> says_;
};

}  // namespace sandlot
