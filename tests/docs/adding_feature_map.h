// Interpolation on a grid: each knot of a grid over the observation is a feature, and an
// observation is spread over the 2^d corners of its cell, so that values are continuous
// (multilinear interpolation; Davies 1997, "Multidimensional triangulation and interpolation for
// reinforcement learning").
#pragma once

#include <algorithm>
#include <cstdint>

#include "learners/feature_map.h"
#include "learners/features/bounds.h"

namespace sandlot::examples {

class Interpolation final : public FeatureMap {
 public:
  struct Settings {
    int knots = 9;
    BoundsSettings bounds;

    void fields(Fields& f) {
      f.integer("knots", knots, "knots along each value", Range::between(2, 1000));
      bounds.fields(f);
    }
    void check(const Space& observation, Issues& issues) const {
      bounds.check(observation, issues);
      double features = 1;
      for (std::size_t i = 0; i < observation.size(); ++i) features *= knots;
      if (features > kMostFeatures) issues.add("knots", "expected at most 64 million in all");
    }
  };

  Interpolation(const Settings& settings, const Space& observation)
      : knots_(settings.knots), bounds_(settings.bounds, observation) {
    for (std::size_t i = 0; i < bounds_.size(); ++i) size_ *= knots_;
  }

  std::int32_t size() const override { return size_; }
  std::int32_t active() const override { return std::int32_t{1} << bounds_.size(); }
  bool binary() const override { return false; }

  void encode(std::span<const float> observation, FeatureVector& out) const override {
    out.clear();
    for (std::int32_t corner = 0; corner < active(); ++corner) {
      std::int64_t knot = 0;
      double weight = 1;
      for (std::size_t i = 0; i < bounds_.size(); ++i) {
        const double at = bounds_.unit(i, observation[i]) * (knots_ - 1);
        const int cell = std::min(static_cast<int>(at), knots_ - 2);
        const bool upper = (corner >> i & 1) != 0;
        knot = knot * knots_ + cell + (upper ? 1 : 0);
        weight *= upper ? at - cell : cell + 1 - at;
      }
      if (weight > 0) out.add(knot, weight);
    }
  }

 private:
  int knots_;
  Bounds bounds_;
  std::int32_t size_ = 1;
};

}  // namespace sandlot::examples
