// A table: one feature per state.
#pragma once

#include "learners/feature_map.h"
#include "learners/features/bounds.h"

namespace sandlot {

// A discrete observation is its own state. A box is cut into bins of equal width along each value;
// bins of 1 leave a value out. Values outside the space count as the nearest inside it, what is not
// a number as the lowest.
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
  float last_ = 0;                  // the highest state of a discrete space
  std::vector<std::int64_t> bins_;  // per value; empty: discrete
  std::unique_ptr<Bounds> bounds_;
};

}  // namespace sandlot
