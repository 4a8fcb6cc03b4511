#include "learners/network/loss.h"

#include <algorithm>
#include <cmath>

namespace sandlot {
namespace {

// Sums what `one`(error, slope) says of each output.
template <class One>
double elementwise(const MatrixMap& outputs, const MatrixMap& targets, const float* weights,
                   float* gradient, One one) {
  const double share = 1 / static_cast<double>(outputs.cols());
  double sum = 0;
  for (Eigen::Index row = 0; row < outputs.rows(); ++row) {
    const double weight = share * static_cast<double>(weights[row]);
    for (Eigen::Index i = 0; i < outputs.cols(); ++i) {
      const double error =
          static_cast<double>(outputs(row, i)) - static_cast<double>(targets(row, i));
      double slope = 0;
      sum += weight * one(error, slope);
      if (gradient) gradient[row * outputs.cols() + i] = static_cast<float>(weight * slope);
    }
  }
  return sum;
}

}  // namespace

double mse_loss(const MatrixMap& outputs, const MatrixMap& targets, const float* weights,
                float* gradient) {
  return elementwise(outputs, targets, weights, gradient, [](double error, double& slope) {
    slope = 2 * error;
    return error * error;
  });
}

double huber_loss(const MatrixMap& outputs, const MatrixMap& targets, const float* weights,
                  double delta, float* gradient) {
  return elementwise(outputs, targets, weights, gradient, [delta](double error, double& slope) {
    slope = std::clamp(error, -delta, delta);
    const double size = std::abs(error);
    return size <= delta ? 0.5 * error * error : delta * (size - 0.5 * delta);
  });
}

double cross_entropy_loss(const MatrixMap& outputs, const std::int32_t* labels,
                          const float* weights, float* gradient) {
  double sum = 0;
  for (Eigen::Index row = 0; row < outputs.rows(); ++row) {
    const double weight = static_cast<double>(weights[row]);
    const double largest = static_cast<double>(outputs.row(row).maxCoeff());
    double total = 0;
    for (Eigen::Index i = 0; i < outputs.cols(); ++i)
      total += std::exp(static_cast<double>(outputs(row, i)) - largest);
    const double log_total = largest + std::log(total);
    sum += weight * (log_total - static_cast<double>(outputs(row, labels[row])));
    if (!gradient) continue;
    for (Eigen::Index i = 0; i < outputs.cols(); ++i) {
      const double chance = std::exp(static_cast<double>(outputs(row, i)) - log_total);
      gradient[row * outputs.cols() + i] =
          static_cast<float>(weight * (chance - (i == labels[row] ? 1 : 0)));
    }
  }
  return sum;
}

void softmax_rows(Matrix& rows) {
  for (Eigen::Index row = 0; row < rows.rows(); ++row) {
    const float largest = rows.row(row).maxCoeff();
    double total = 0;
    for (Eigen::Index i = 0; i < rows.cols(); ++i) {
      rows(row, i) = std::exp(rows(row, i) - largest);
      total += static_cast<double>(rows(row, i));
    }
    for (Eigen::Index i = 0; i < rows.cols(); ++i)
      rows(row, i) = static_cast<float>(static_cast<double>(rows(row, i)) / total);
  }
}

}  // namespace sandlot
