#include "learners/classical/linear_model.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace sandlot {

void check_categories(const Space& input, Issues& issues) {
  if (input.is_discrete() && input.n > kMostCategories)
    issues.add("", "each of the input's " + std::to_string(input.n) +
                       " numbers is a column; expected at most " + std::to_string(kMostCategories));
}

int columns_of(const Space& input) {
  return input.is_discrete() ? input.n : static_cast<int>(input.size());
}

RowMatrixXd expand(const Space& input, const MatrixView& x) {
  if (!input.is_discrete()) return x.cast<double>();
  RowMatrixXd columns = RowMatrixXd::Zero(x.rows(), input.n);
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    columns(row, static_cast<Eigen::Index>(x(row, 0))) = 1;
  return columns;
}

double sum_of_products(const float* x, const double* y, std::size_t size) {
  using Block = Eigen::Array<double, 8, 1>;
  Block sums = Block::Zero();
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8)
    sums += Eigen::Map<const Eigen::Array<float, 8, 1>>(x + i).cast<double>() *
            Eigen::Map<const Block>(y + i);
  double sum = sums.sum();
  for (; i < size; ++i) sum += static_cast<double>(x[i]) * y[i];
  return sum;
}

LinearModel::LinearModel(const Space& input, int outputs)
    : weights(RowMatrixXd::Zero(outputs, columns_of(input))),
      intercept(Eigen::VectorXd::Zero(outputs)),
      discrete_(input.is_discrete()) {}

void LinearModel::clear() {
  weights.setZero();
  intercept.setZero();
}

double LinearModel::value(const float* x, int output) const {
  if (discrete_) return intercept[output] + weights(output, static_cast<Eigen::Index>(x[0]));
  return intercept[output] + sum_of_products(x, weights.data() + output * weights.cols(),
                                             static_cast<std::size_t>(weights.cols()));
}

void LinearModel::values(const float* x, std::span<float> out) const {
  for (int k = 0; k < outputs(); ++k)
    out[static_cast<std::size_t>(k)] = static_cast<float>(value(x, k));
}

Matrix LinearModel::values(const MatrixView& x) const {
  Matrix y(x.rows(), outputs());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    values(x.row(row).data(), {y.row(row).data(), static_cast<std::size_t>(outputs())});
  return y;
}

void LinearModel::save(Writer& out) const {
  out.write_bytes(weights.data(), static_cast<std::size_t>(weights.size()) * sizeof(double));
  out.write_bytes(intercept.data(), static_cast<std::size_t>(intercept.size()) * sizeof(double));
}

void LinearModel::load(Reader& in) {
  load_numbers(in, weights.data(), static_cast<std::size_t>(weights.size()));
  load_numbers(in, intercept.data(), static_cast<std::size_t>(intercept.size()));
}

void softmax(std::span<double> values) {
  const double most = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value - most);
  for (double& value : values) value /= sum;
}

void load_numbers(Reader& in, double* to, std::size_t size) {
  in.read_bytes(to, size * sizeof(double));
  for (std::size_t i = 0; i < size; ++i)
    if (!std::isfinite(to[i])) in.fail("a number is not finite");
}

}  // namespace sandlot
