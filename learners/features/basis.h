// Dense bases over the unit cube: radial, Fourier, polynomial.
#pragma once

#include "learners/feature_map.h"
#include "learners/features/bounds.h"

namespace sandlot {

// What the three share: values scaled to [0, 1], and a feature for each point of a grid with
// `per_value` points along each value.
class GridBasis : public FeatureMap {
 public:
  GridBasis(const BoundsSettings& bounds, const Space& observation, std::int64_t per_value);

  std::int32_t size() const override { return size_; }
  std::int32_t active() const override { return size_; }
  bool binary() const override { return false; }

 protected:
  static void check(const BoundsSettings& bounds, const Space& observation, std::int64_t per_value,
                    const char* name, Issues& issues);
  std::int32_t size_ = 1;
  Bounds bounds_;
  std::vector<std::vector<int>> points_;  // the grid's coordinates of each feature
};

// φ_c(s) = exp(−‖x − c‖² / (2σ²)) with centres c on a grid; σ = width × the distance of two centres
// (Sutton & Barto 2018, section 9.5.5).
class RadialBasis final : public GridBasis {
 public:
  struct Settings {
    int centers = 5;
    double width = 1;
    BoundsSettings bounds;
    void fields(Fields& f);
    void check(const Space& observation, Issues& issues) const;
  };
  RadialBasis(const Settings& settings, const Space& observation);
  void encode(std::span<const float> observation, FeatureVector& out) const override;

 private:
  double spacing_, width_;
};

// φ_c(s) = cos(π c·x), c ∈ {0 … order}^d, with the step size of each divided by ‖c‖ (Konidaris,
// Osentoski & Thomas 2011, section 3.2).
class FourierBasis final : public GridBasis {
 public:
  struct Settings {
    int order = 3;
    BoundsSettings bounds;
    void fields(Fields& f);
    void check(const Space& observation, Issues& issues) const;
  };
  FourierBasis(const Settings& settings, const Space& observation);
  void encode(std::span<const float> observation, FeatureVector& out) const override;
  std::span<const double> step_size_factors() const override { return factors_; }

 private:
  std::vector<double> factors_;
};

// φ_c(s) = Π x_i^c_i, c ∈ {0 … order}^d (Sutton & Barto 2018, equation 9.17).
class PolynomialBasis final : public GridBasis {
 public:
  struct Settings {
    int order = 2;
    BoundsSettings bounds;
    void fields(Fields& f);
    void check(const Space& observation, Issues& issues) const;
  };
  PolynomialBasis(const Settings& settings, const Space& observation);
  void encode(std::span<const float> observation, FeatureVector& out) const override;
};

}  // namespace sandlot
