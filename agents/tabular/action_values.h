// ActionValues: q(s, a) = Σ w[a, i] φ_i(s), and the policy that is greedy in it.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "learners/feature_map.h"
#include "sim/core/policy.h"

namespace sandlot {

class ActionValues {
 public:
  ActionValues(const FeatureMap& map, int actions, double initial_value);

  int actions() const { return actions_; }
  double value(const FeatureVector& features, int action) const {
    const double* w = weights_.data() + static_cast<std::size_t>(action) * width_;
    double sum = 0;
    for (std::size_t k = 0; k < features.index.size(); ++k)
      sum += w[features.index[k]] * features.value[k];
    return sum;
  }
  void values(const FeatureVector& features, std::span<double> out) const {
    for (int a = 0; a < actions_; ++a) out[static_cast<std::size_t>(a)] = value(features, a);
  }
  // w ← w + step ∇q(s, a)
  void add(const FeatureVector& features, int action, double step) {
    double* w = weights_.data() + static_cast<std::size_t>(action) * width_;
    if (factors_.empty()) {
      for (std::size_t k = 0; k < features.index.size(); ++k)
        w[features.index[k]] += step * features.value[k];
    } else {
      for (std::size_t k = 0; k < features.index.size(); ++k)
        w[features.index[k]] +=
            step * features.value[k] * factors_[static_cast<std::size_t>(features.index[k])];
    }
  }
  std::span<double> weights() { return weights_; }  // [actions, features]
  std::span<const double> weights() const { return weights_; }
  std::size_t width() const { return width_; }
  std::span<const double> step_size_factors() const { return factors_; }

  void save(Writer&) const;
  void load(Reader&);

 private:
  int actions_;
  std::size_t width_;
  std::vector<double> weights_;
  std::span<const double> factors_;
};

// Greedy in the sum of one or more tables; ties go to the first action, so that it is
// deterministic.
class GreedyPolicy final : public Policy {
 public:
  GreedyPolicy(std::shared_ptr<const FeatureMap> map, int actions, double initial_value,
               int tables);

  ActionValues& q(int table = 0) { return tables_[static_cast<std::size_t>(table)]; }
  const ActionValues& q(int table = 0) const { return tables_[static_cast<std::size_t>(table)]; }
  const FeatureMap& map() const { return *map_; }

  void act(int rows, std::span<const float> observations, std::span<const std::uint8_t> legal,
           std::span<std::int32_t> actions, std::span<float> continuous, Random& random) override;
  // The mean of the tables.
  bool action_values(std::span<const float> observation, std::span<float> values) const override;
  void save(Writer&) const override;
  void load(Reader&) override;

 private:
  std::shared_ptr<const FeatureMap> map_;
  std::vector<ActionValues> tables_;
  mutable FeatureVector features_;
  mutable std::vector<double> values_;
};

}  // namespace sandlot
