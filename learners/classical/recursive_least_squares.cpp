#include "learners/classical/recursive_least_squares.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace sandlot {

void RecursiveLeastSquares::Settings::fields(Fields& f) {
  f.number("forgetting", forgetting,
           "weight of what was learnt before an example; 1: all count alike, 0.99: the last "
           "hundred or so",
           Range{0, 1, true});
  f.number("l2", l2, "penalty on the squares of coefficients", Range::above(0));
}

void RecursiveLeastSquares::Settings::check(const Space& input, Issues& issues) const {
  if (columns_of(input) > kMostCategories)
    issues.add("", "the normal equations of the input's " + std::to_string(columns_of(input)) +
                       " columns are too large; expected at most " +
                       std::to_string(kMostCategories));
}

RecursiveLeastSquares::RecursiveLeastSquares(const Settings& settings, const Space& input,
                                             int outputs, Seed)
    : Regressor(input, outputs), settings_(settings), model_(input, outputs) {
  const Eigen::Index size = model_.columns() + 1;
  root_.resize(size, size + outputs);
  row_.resize(size + outputs);
  clear();
}

void RecursiveLeastSquares::clear() {
  model_.clear();
  root_.setZero();
  root_.diagonal().head(model_.columns()).setConstant(std::sqrt(settings_.l2));  // not of b
  given_back_ = 0;
}

// Turns row_ into the triangle until nothing is left of it; it is 0 before `first`.
void RecursiveLeastSquares::rotate_in(Eigen::Index first) {
  const Eigen::Index size = root_.rows(), width = root_.cols();
  for (Eigen::Index i = first; i < size; ++i) {
    if (row_[i] == 0) continue;
    const double length = std::hypot(root_(i, i), row_[i]);
    const double c = root_(i, i) / length, s = row_[i] / length;
    double* r = root_.row(i).data();
    double* z = row_.data();
    for (Eigen::Index k = i; k < width; ++k) {
      const double turned = c * r[k] + s * z[k];
      z[k] = c * z[k] - s * r[k];
      r[k] = turned;
    }
  }
}

void RecursiveLeastSquares::learn(const float* x, const float* y, double weight) {
  const Eigen::Index columns = model_.columns();
  // As if the example came `weight` times in a row: 1 + λ + … + λ^(weight − 1).
  const double kept = std::pow(settings_.forgetting, weight);
  if (settings_.forgetting < 1) {
    root_ *= std::sqrt(kept);
    weight = (1 - kept) / (1 - settings_.forgetting);
  }
  const double scale = std::sqrt(weight);
  if (input().is_discrete()) {
    row_.head(columns).setZero();
    row_[static_cast<Eigen::Index>(x[0])] = scale;
  } else {
    for (Eigen::Index c = 0; c < columns; ++c) row_[c] = scale * static_cast<double>(x[c]);
  }
  row_[columns] = scale;
  for (Eigen::Index k = 0; k < outputs(); ++k)
    row_[columns + 1 + k] = scale * static_cast<double>(y[k]);
  rotate_in(0);
  if (settings_.forgetting < 1) {
    row_.setZero();
    row_[given_back_] = std::sqrt(settings_.l2 * (1 - kept) * static_cast<double>(columns));
    rotate_in(given_back_);
    given_back_ = (given_back_ + 1) % static_cast<std::uint32_t>(columns);
  }
}

void RecursiveLeastSquares::solve() {
  const Eigen::Index size = root_.rows();
  const Eigen::MatrixXd solution = root_.leftCols(size).triangularView<Eigen::Upper>().solve(
      Eigen::MatrixXd(root_.rightCols(outputs())));
  if (!solution.allFinite())
    throw std::runtime_error("recursive_least_squares overflowed: scale x or y");
  model_.weights = solution.topRows(size - 1).transpose();
  model_.intercept = solution.row(size - 1).transpose();
}

void RecursiveLeastSquares::do_fit(const MatrixView& x, const MatrixView& y,
                                   std::span<const float> weights) {
  clear();
  do_partial_fit(x, y, weights);
}

void RecursiveLeastSquares::do_partial_fit(const MatrixView& x, const MatrixView& y,
                                           std::span<const float> weights) {
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    learn(x.row(row).data(), y.row(row).data(),
          static_cast<double>(weights[static_cast<std::size_t>(row)]));
  solve();
}

void RecursiveLeastSquares::do_save(Writer& out) const {
  model_.save(out);
  for (Eigen::Index i = 0; i < root_.rows(); ++i)
    out.write_bytes(root_.row(i).data() + i,
                    static_cast<std::size_t>(root_.cols() - i) * sizeof(double));
  out.write(given_back_);
}

void RecursiveLeastSquares::do_load(Reader& in) {
  model_.load(in);
  root_.setZero();
  for (Eigen::Index i = 0; i < root_.rows(); ++i)
    load_numbers(in, root_.row(i).data() + i, static_cast<std::size_t>(root_.cols() - i));
  in.read(given_back_);
  if (given_back_ >= static_cast<std::uint32_t>(model_.columns()))
    in.fail("there is no such column");
}

}  // namespace sandlot
