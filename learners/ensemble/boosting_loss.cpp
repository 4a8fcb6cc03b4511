#include "learners/ensemble/boosting_loss.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sandlot {
namespace {

// Below that a second derivative would make steps that are too large to trust.
constexpr float kLeastHessian = 1e-16f;
constexpr double kLeastProbability = 1e-15;

}  // namespace

void squared_derivatives(std::span<const float> y, std::span<const float> scores,
                         std::span<const float> weights, Derivatives& out) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    out.hessians[i] = weights[i];
    out.steps[i] = weights[i] * (y[i] - scores[i]);
  }
}

double squared_loss(std::span<const float> y, std::span<const float> scores,
                    std::span<const float> weights) {
  double loss = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double error = static_cast<double>(y[i]) - static_cast<double>(scores[i]);
    loss += static_cast<double>(weights[i]) * error * error / 2;
  }
  return loss;
}

void huber_derivatives(std::span<const float> y, std::span<const float> scores,
                       std::span<const float> weights, float delta, Derivatives& out) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    out.hessians[i] = weights[i];
    out.steps[i] = weights[i] * std::clamp(y[i] - scores[i], -delta, delta);
  }
}

double huber_loss(std::span<const float> y, std::span<const float> scores,
                  std::span<const float> weights, float delta) {
  double loss = 0;
  const auto d = static_cast<double>(delta);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double error = std::abs(static_cast<double>(y[i]) - static_cast<double>(scores[i]));
    loss +=
        static_cast<double>(weights[i]) * (error <= d ? error * error / 2 : d * (error - d / 2));
  }
  return loss;
}

float weighted_quantile(std::span<const float> values, std::span<const float> weights,
                        double share) {
  std::vector<std::uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return values[a] < values[b] || (values[a] == values[b] && a < b);
  });
  double total = 0, sum = 0;
  for (const float weight : weights) total += static_cast<double>(weight);
  for (const std::uint32_t i : order)
    if ((sum += static_cast<double>(weights[i])) >= share * total) return values[i];
  return values[order.back()];
}

void class_derivatives(std::span<const std::int32_t> labels, const Matrix& probabilities, int k,
                       std::span<const float> weights, Derivatives& out) {
  const bool binary = probabilities.cols() == 1;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float p = probabilities(static_cast<Eigen::Index>(i), k);
    const float target = labels[i] == (binary ? 1 : k) ? 1.0f : 0.0f;
    out.hessians[i] = weights[i] * std::max(p * (1 - p), kLeastHessian);
    out.steps[i] = weights[i] * (target - p);
  }
}

double class_loss(std::span<const std::int32_t> labels, const Matrix& probabilities,
                  std::span<const float> weights) {
  double loss = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    const bool binary = probabilities.cols() == 1;
    double p = static_cast<double>(probabilities(row, binary ? 0 : labels[i]));
    if (binary && labels[i] == 0) p = 1 - p;
    loss -= static_cast<double>(weights[i]) * std::log(std::max(p, kLeastProbability));
  }
  return loss;
}

void to_probabilities(Matrix& scores) {
  if (scores.cols() == 1) {
    for (Eigen::Index row = 0; row < scores.rows(); ++row)
      scores(row, 0) = 1 / (1 + std::exp(-scores(row, 0)));
    return;
  }
  for (Eigen::Index row = 0; row < scores.rows(); ++row) {
    const float most = scores.row(row).maxCoeff();
    float sum = 0;
    for (Eigen::Index k = 0; k < scores.cols(); ++k)
      sum += scores(row, k) = std::exp(scores(row, k) - most);
    for (Eigen::Index k = 0; k < scores.cols(); ++k) scores(row, k) /= sum;
  }
}

}  // namespace sandlot
