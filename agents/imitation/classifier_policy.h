// ClassifierPolicy: the action that a classifier holds to be the likeliest; any, until it has
// learnt.
#pragma once

#include <memory>

#include "learners/classifier.h"
#include "sim/core/environment.h"
#include "sim/core/policy.h"

namespace sandlot {

class ClassifierPolicy final : public Policy {
 public:
  ClassifierPolicy(std::unique_ptr<Classifier> classifier, LearnerFacts facts)
      : classifier_(std::move(classifier)), facts_(facts) {}

  Classifier& classifier() { return *classifier_; }
  const Classifier& classifier() const { return *classifier_; }

  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override;
  // Probabilities, where the classifier has them.
  bool action_values(std::span<const float> observation, std::span<float> values) const override;
  bool export_arrays(ArraySink& sink) const override { return classifier_->export_arrays(sink); }
  void save(Writer& out) const override { classifier_->save(out); }
  void load(Reader& in) override { classifier_->load(in); }

 private:
  MatrixMap view(int rows, std::span<const float> observations) const;

  std::unique_ptr<Classifier> classifier_;
  LearnerFacts facts_;
};

}  // namespace sandlot
