#include "learners/classical/linear_regression.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace sandlot {
namespace {

// Means of columns; that of a constant one is its value, to the last bit, so that nothing is left.
Eigen::RowVectorXd means_of(const RowMatrixXd& x, std::span<const float> weights) {
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(x.cols());
  double total = 0;
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const auto weight = static_cast<double>(weights[static_cast<std::size_t>(row)]);
    mean += weight * (x.row(row) - x.row(0));
    total += weight;
  }
  return x.row(0) + mean / total;
}

// Deviations of columns that have mean 0; 1 for those without any.
Eigen::RowVectorXd deviations_of(const RowMatrixXd& x, std::span<const float> weights) {
  Eigen::RowVectorXd squares = Eigen::RowVectorXd::Zero(x.cols());
  double total = 0;
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const auto weight = static_cast<double>(weights[static_cast<std::size_t>(row)]);
    squares += weight * x.row(row).cwiseAbs2();
    total += weight;
  }
  return (squares / total).cwiseSqrt().unaryExpr([](double d) { return d > 0 ? d : 1.0; });
}

void scale_rows(RowMatrixXd& x, std::span<const float> weights) {
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    x.row(row) *= std::sqrt(static_cast<double>(weights[static_cast<std::size_t>(row)]));
}

}  // namespace

Eigen::MatrixXd least_squares(const RowMatrixXd& x, const RowMatrixXd& y, double l2) {
  const Eigen::Index rows = x.rows(), columns = x.cols();
  if (rows < columns) {
    // The solution is a sum of rows: with xᵀ = Q R it is Q v, where v solves the problem of Rᵀ.
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(x.transpose());
    const Eigen::MatrixXd upper = qr.matrixQR().topRows(rows).triangularView<Eigen::Upper>();
    Eigen::MatrixXd solution = Eigen::MatrixXd::Zero(columns, y.cols());
    solution.topRows(rows) = least_squares(upper.transpose(), y, l2);
    return qr.householderQ() * solution;
  }
  if (l2 > 0) {
    Eigen::MatrixXd longer(rows + columns, columns), target(rows + columns, y.cols());
    longer << x, std::sqrt(l2) * Eigen::MatrixXd::Identity(columns, columns);
    target << y, Eigen::MatrixXd::Zero(columns, y.cols());
    return longer.householderQr().solve(target);
  }
  // Whether columns depend on each other does not depend on their units, the smallest solution
  // does: what is unique is found in units of each column, else it is found again in the given
  // ones.
  const Eigen::RowVectorXd norms =
      x.colwise().norm().unaryExpr([](double n) { return n > 0 ? n : 1.0; });
  const double rounding =
      std::numeric_limits<double>::epsilon() * static_cast<double>(std::max(rows, columns));
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> scaled;
  scaled.setThreshold(rounding);
  scaled.compute(x.array().rowwise() / norms.array());
  if (scaled.rank() == columns)
    return scaled.solve(y).array().colwise() / norms.transpose().array();
  Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> smallest;
  smallest.setThreshold(rounding);
  smallest.compute(x);
  return smallest.solve(y);
}

namespace {

// One-hot columns have a closed form: with mean ȳ and weight n of each number that was seen,
// w = n (ȳ − b) / (n + l2), and b is the mean of ȳ, each counted n / (n + l2).
void fit_categories(const MatrixView& x, const MatrixView& y, std::span<const float> weights,
                    double l2, LinearModel& model) {
  const Eigen::Index numbers = model.columns(), outputs = model.outputs();
  std::vector<double> total(static_cast<std::size_t>(numbers), 0.0);
  model.clear();
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const auto number = static_cast<Eigen::Index>(x(row, 0));
    const auto weight = static_cast<double>(weights[static_cast<std::size_t>(row)]);
    total[static_cast<std::size_t>(number)] += weight;
    model.weights.col(number) += weight * y.row(row).cast<double>().transpose();
  }
  for (Eigen::Index k = 0; k < outputs; ++k) {
    double sum = 0, all = 0;
    for (Eigen::Index j = 0; j < numbers; ++j) {
      const double n = total[static_cast<std::size_t>(j)];
      if (n == 0) continue;
      sum += model.weights(k, j) / (n + l2);
      all += n / (n + l2);
    }
    const double b = sum / all;
    model.intercept[k] = b;
    for (Eigen::Index j = 0; j < numbers; ++j) {
      const double n = total[static_cast<std::size_t>(j)];
      if (n > 0) model.weights(k, j) = (model.weights(k, j) - n * b) / (n + l2);
    }
  }
}

}  // namespace

LinearRegression::LinearRegression(const Settings& settings, const Space& input, int outputs, Seed)
    : Regressor(input, outputs), settings_(settings), model_(input, outputs) {}

void LinearRegression::do_fit(const MatrixView& x, const MatrixView& y,
                              std::span<const float> weights) {
  if (input().is_discrete()) return fit_categories(x, y, weights, settings_.l2, model_);
  RowMatrixXd columns = x.cast<double>(), targets = y.cast<double>();
  const Eigen::RowVectorXd x_mean = means_of(columns, weights), y_mean = means_of(targets, weights);
  columns.rowwise() -= x_mean;
  targets.rowwise() -= y_mean;
  scale_rows(columns, weights);
  scale_rows(targets, weights);
  const Eigen::MatrixXd solution = least_squares(columns, targets, settings_.l2);
  if (!solution.allFinite()) throw std::runtime_error("least squares overflowed: scale x or y");
  model_.weights = solution.transpose();
  model_.intercept = (y_mean - x_mean * solution).transpose();
}

void PolynomialRegression::Settings::fields(Fields& f) {
  f.integer("degree", degree, "columns that are multiplied at most", Range::between(1, 12));
  f.boolean("interactions_only", interactions_only, "no column is multiplied by itself");
  f.number("l2", l2, "penalty on the squares of coefficients of standardised products",
           Range::at_least(0));
}

// With x columns, C(x + degree, degree) − 1 products, or Σ C(x, d) where none has a square.
int PolynomialRegression::Settings::products(int columns) const {
  double count = 0, of_degree = 1;
  for (int d = 1; d <= degree; ++d) {
    of_degree *= static_cast<double>(interactions_only ? columns - d + 1 : columns + d - 1) / d;
    count += std::round(of_degree);
    if (count > kMostProducts) return kMostProducts + 1;
  }
  return static_cast<int>(count);
}

void PolynomialRegression::Settings::check(const Space& input, Issues& issues) const {
  if (input.is_discrete())
    return issues.add("", "a discrete input has no powers; expected linear_regression");
  if (products(static_cast<int>(input.size())) > kMostProducts)
    issues.add("degree", "more than " + std::to_string(kMostProducts) +
                             " products of the input's " + std::to_string(input.size()) +
                             " columns; expected a lower degree");
}

PolynomialRegression::PolynomialRegression(const Settings& settings, const Space& input,
                                           int outputs, Seed)
    : Regressor(input, outputs),
      settings_(settings),
      mean_(input.size()),
      deviation_(input.size(), 1.0),
      intercept_(Eigen::VectorXd::Zero(outputs)) {
  const int count = settings.products(static_cast<int>(input.size()));
  if (input.is_discrete() || count > kMostProducts)
    throw std::invalid_argument("polynomial_regression: expected a box, and at most " +
                                std::to_string(kMostProducts) + " products of its columns");
  coefficients_ = RowMatrixXd::Zero(count, outputs);
}

// Calls visit(product) for each product of up to `degree` columns from `first` on, in a fixed
// order.
template <class Visit>
void PolynomialRegression::visit_products(const float* x, int first, int degree, double product,
                                          Visit& visit) const {
  for (int c = first; c < static_cast<int>(mean_.size()); ++c) {
    const auto i = static_cast<std::size_t>(c);
    const double longer = product * ((static_cast<double>(x[i]) - mean_[i]) / deviation_[i]);
    visit(longer);
    if (degree > 1)
      visit_products(x, settings_.interactions_only ? c + 1 : c, degree - 1, longer, visit);
  }
}

RowMatrixXd PolynomialRegression::expand_products(const MatrixView& x) const {
  RowMatrixXd expanded(x.rows(), coefficients_.rows());
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    double* out = expanded.row(row).data();
    auto store = [&](double product) { *out++ = product; };
    visit_products(x.row(row).data(), 0, settings_.degree, 1, store);
  }
  return expanded;
}

void PolynomialRegression::do_fit(const MatrixView& x, const MatrixView& y,
                                  std::span<const float> weights) {
  RowMatrixXd columns = x.cast<double>(), targets = y.cast<double>();
  const Eigen::RowVectorXd mean = means_of(columns, weights);
  columns.rowwise() -= mean;
  const Eigen::RowVectorXd deviation = deviations_of(columns, weights);
  mean_.assign(mean.data(), mean.data() + mean.size());
  deviation_.assign(deviation.data(), deviation.data() + deviation.size());

  RowMatrixXd products = expand_products(x);
  const Eigen::RowVectorXd product_mean = means_of(products, weights),
                           y_mean = means_of(targets, weights);
  products.rowwise() -= product_mean;
  targets.rowwise() -= y_mean;
  const Eigen::RowVectorXd scale = deviations_of(products, weights);
  products.array().rowwise() /= scale.array();
  scale_rows(products, weights);
  scale_rows(targets, weights);
  coefficients_ = least_squares(products, targets, settings_.l2);
  coefficients_.array().colwise() /= scale.transpose().array();
  if (!coefficients_.allFinite()) throw std::runtime_error("least squares overflowed: scale y");
  intercept_ = (y_mean - product_mean * coefficients_).transpose();
}

void PolynomialRegression::do_predict_row(std::span<const float> x, std::span<float> out) const {
  // A few outputs at a time: their sums need no memory.
  constexpr Eigen::Index kOutputs = 8;
  for (Eigen::Index first = 0; first < outputs(); first += kOutputs) {
    const Eigen::Index count = std::min<Eigen::Index>(kOutputs, outputs() - first);
    double sums[kOutputs] = {};
    const double* coefficient = coefficients_.data() + first;
    auto add = [&](double product) {
      for (Eigen::Index k = 0; k < count; ++k) sums[k] += product * coefficient[k];
      coefficient += outputs();
    };
    visit_products(x.data(), 0, settings_.degree, 1, add);
    for (Eigen::Index k = 0; k < count; ++k)
      out[static_cast<std::size_t>(first + k)] =
          static_cast<float>(intercept_[first + k] + sums[k]);
  }
}

Matrix PolynomialRegression::do_predict(const MatrixView& x) const {
  Matrix y(x.rows(), outputs());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    do_predict_row({x.row(row).data(), input().size()},
                   {y.row(row).data(), static_cast<std::size_t>(outputs())});
  return y;
}

void PolynomialRegression::do_save(Writer& out) const {
  out.write_bytes(mean_.data(), mean_.size() * sizeof(double));
  out.write_bytes(deviation_.data(), deviation_.size() * sizeof(double));
  out.write_bytes(coefficients_.data(),
                  static_cast<std::size_t>(coefficients_.size()) * sizeof(double));
  out.write_bytes(intercept_.data(), static_cast<std::size_t>(intercept_.size()) * sizeof(double));
}

void PolynomialRegression::do_load(Reader& in) {
  load_numbers(in, mean_.data(), mean_.size());
  load_numbers(in, deviation_.data(), deviation_.size());
  for (const double deviation : deviation_)
    if (!(deviation > 0)) in.fail("a deviation is not above 0");
  load_numbers(in, coefficients_.data(), static_cast<std::size_t>(coefficients_.size()));
  load_numbers(in, intercept_.data(), static_cast<std::size_t>(intercept_.size()));
}

}  // namespace sandlot
