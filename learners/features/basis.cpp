#include "learners/features/basis.h"

#include <cmath>
#include <numbers>

namespace sandlot {

GridBasis::GridBasis(const BoundsSettings& bounds, const Space& observation, std::int64_t per_value)
    : bounds_(bounds, observation) {
  for (std::size_t i = 0; i < observation.size(); ++i)
    size_ *= static_cast<std::int32_t>(per_value);
  for (std::int64_t f = 0; f < size_; ++f) {
    std::vector<int>& point = points_.emplace_back();
    std::int64_t rest = f;
    for (std::size_t i = 0; i < observation.size(); ++i, rest /= per_value)
      point.push_back(static_cast<int>(rest % per_value));
  }
}

void GridBasis::check(const BoundsSettings& bounds, const Space& observation,
                      std::int64_t per_value, const char* name, Issues& issues) {
  bounds.check(observation, issues);
  if (observation.is_discrete()) return;
  const double features =
      std::pow(static_cast<double>(per_value), static_cast<double>(observation.size()));
  if (features > 100000)
    issues.add(name,
               "gives more than 100,000 features, all of them computed in each step; expected "
               "fewer, or tile_coding");
}

void RadialBasis::Settings::fields(Fields& f) {
  f.integer("centers", centers, "centres along each value", Range::between(2, 1000));
  f.number("width", width, "deviation of a bump, in distances of two centres", Range::above(0));
  bounds.fields(f);
}
void RadialBasis::Settings::check(const Space& observation, Issues& issues) const {
  GridBasis::check(bounds, observation, centers, "centers", issues);
}
RadialBasis::RadialBasis(const Settings& s, const Space& observation)
    : GridBasis(s.bounds, observation, s.centers),
      spacing_(1.0 / (s.centers - 1)),
      width_(s.width) {}

void RadialBasis::encode(std::span<const float> observation, FeatureVector& out) const {
  out.clear();
  for (std::size_t f = 0; f < points_.size(); ++f) {
    double distance = 0;
    for (std::size_t i = 0; i < observation.size(); ++i) {
      const double d = bounds_.unit(i, observation[i]) / spacing_ - points_[f][i];
      distance += d * d;
    }
    out.add(static_cast<std::int64_t>(f), std::exp(-distance / (2 * width_ * width_)));
  }
}

void FourierBasis::Settings::fields(Fields& f) {
  f.integer("order", order, "highest frequency along each value", Range::between(0, 100));
  bounds.fields(f);
}
void FourierBasis::Settings::check(const Space& observation, Issues& issues) const {
  GridBasis::check(bounds, observation, order + 1, "order", issues);
}
FourierBasis::FourierBasis(const Settings& s, const Space& observation)
    : GridBasis(s.bounds, observation, s.order + 1) {
  for (const auto& point : points_) {
    double squares = 0;
    for (const int c : point) squares += c * c;
    factors_.push_back(squares > 0 ? 1 / std::sqrt(squares) : 1);
  }
}

void FourierBasis::encode(std::span<const float> observation, FeatureVector& out) const {
  out.clear();
  for (std::size_t f = 0; f < points_.size(); ++f) {
    double phase = 0;
    for (std::size_t i = 0; i < observation.size(); ++i)
      phase += points_[f][i] * bounds_.unit(i, observation[i]);
    out.add(static_cast<std::int64_t>(f), std::cos(std::numbers::pi * phase));
  }
}

void PolynomialBasis::Settings::fields(Fields& f) {
  f.integer("order", order, "highest power of each value", Range::between(0, 100));
  bounds.fields(f);
}
void PolynomialBasis::Settings::check(const Space& observation, Issues& issues) const {
  GridBasis::check(bounds, observation, order + 1, "order", issues);
}
PolynomialBasis::PolynomialBasis(const Settings& s, const Space& observation)
    : GridBasis(s.bounds, observation, s.order + 1) {}

void PolynomialBasis::encode(std::span<const float> observation, FeatureVector& out) const {
  out.clear();
  for (std::size_t f = 0; f < points_.size(); ++f) {
    double product = 1;
    for (std::size_t i = 0; i < observation.size(); ++i)
      product *= std::pow(bounds_.unit(i, observation[i]), points_[f][i]);
    out.add(static_cast<std::int64_t>(f), product);
  }
}

}  // namespace sandlot
