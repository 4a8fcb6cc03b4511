// A table: one feature per state.
#pragma once

#include "learners/feature_map.h"
#include "learners/features/bounds.h"

namespace sandlot {

// A discrete observation is its own state. A box is cut into bins of equal width along each value;
// bins of 1 leave a value out.
class TableFeatures final : public FeatureMap {
 public:
  struct Settings {
    std::vector<std::int64_t> bins{8};
    BoundsSettings bounds;
    void fields(Fields& f);
    void check(const Space& observation, Issues& issues) const;
  };
  TableFeatures(const Settings& settings, const Space& observation);

  std::int32_t size() const override { return size_; }
  std::int32_t active() const override { return 1; }
  bool binary() const override { return true; }
  bool one_hot() const override { return true; }
  void encode(std::span<const float> observation, FeatureVector& out) const override;

 private:
  std::int32_t size_ = 1;
  std::vector<std::int64_t> bins_;  // per value; empty: discrete
  std::unique_ptr<Bounds> bounds_;
};

}  // namespace sandlot
