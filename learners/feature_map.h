// FeatureMap: how an observation is shown to a method that is linear in its weights.
//
// A learner in the smallest sense: v(s) = Σ w_i φ_i(s). A table is the map with one feature of
// value 1 per state, so that a tabular method and its linear version are the same code.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/core/registry.h"

namespace sandlot {

// The features that are not zero: index[k] has value[k]. Keeps its memory from use to use.
struct FeatureVector {
  std::vector<std::int32_t> index;
  std::vector<double> value;

  void clear() {
    index.clear();
    value.clear();
  }
  void add(std::int64_t i, double x) {
    index.push_back(static_cast<std::int32_t>(i));
    value.push_back(x);
  }
};

class FeatureMap {
 public:
  virtual ~FeatureMap() = default;

  virtual std::int32_t size() const = 0;  // number of features
  // At most this many are not zero at once.
  virtual std::int32_t active() const = 0;
  // True where every feature is 0 or 1, as replacing traces need.
  virtual bool binary() const = 0;
  // True where exactly one feature is on: a state by its number.
  virtual bool one_hot() const { return false; }
  virtual void encode(std::span<const float> observation, FeatureVector& out) const = 0;
  // A factor on the step size of each feature; empty: 1 for all.
  virtual std::span<const double> step_size_factors() const { return {}; }
};

class FeatureMapFactory : public Component {
 public:
  static constexpr std::string_view kind = "feature map";
  // Refuses spaces that it cannot encode.
  virtual void check(const Space& observation, Issues& issues) const = 0;
  virtual std::unique_ptr<FeatureMap> make(const Space& observation) const = 0;
};

template <class F>
class TypedFeatureMapFactory final : public FeatureMapFactory {
 public:
  typename F::Settings settings;

  void fields(Fields& f) override { settings.fields(f); }
  void check(const Space& observation, Issues& issues) const override {
    settings.check(observation, issues);
  }
  std::unique_ptr<FeatureMap> make(const Space& observation) const override {
    return std::make_unique<F>(settings, observation);
  }
};

// F: `struct Settings` with fields(Fields&) and check(const Space&, Issues&) const; a constructor
// F(const Settings&, const Space&).
template <class F>
void add_feature_map(Registry& registry, std::string name, std::string help) {
  registry.add(FeatureMapFactory::kind, {std::move(name), std::move(help), [] {
                                           return std::make_unique<TypedFeatureMapFactory<F>>();
                                         }});
}

}  // namespace sandlot
