#include "learners/checks.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace sandlot {
namespace {

std::string place(std::string_view name, Eigen::Index row, Eigen::Index column) {
  return std::string(name) + "[" + std::to_string(row) + ", " + std::to_string(column) + "]";
}

}  // namespace

namespace {

void check_values(std::string_view name, const MatrixView& values, std::size_t columns,
                  bool missing) {
  if (static_cast<std::size_t>(values.cols()) != columns)
    throw std::invalid_argument(std::string(name) + " has " + std::to_string(values.cols()) +
                                " columns; expected " + std::to_string(columns));
  // Of a value that is not finite 0 times it is none: a sum, unlike a search, is taken in packets.
  if ((values.array() * 0.0f).sum() == 0) return;
  for (Eigen::Index row = 0; row < values.rows(); ++row)
    for (Eigen::Index column = 0; column < values.cols(); ++column)
      if (!std::isfinite(values(row, column)) && !(missing && std::isnan(values(row, column))))
        throw std::invalid_argument(place(name, row, column) + " is " +
                                    std::to_string(values(row, column)) +
                                    "; expected a finite number");
}

}  // namespace

void check_values(std::string_view name, const MatrixView& values, std::size_t columns) {
  check_values(name, values, columns, false);
}

void check_inputs(const MatrixView& x, const Space& input, bool missing) {
  check_values("x", x, input.size(), missing);
  if (!input.is_discrete()) return;
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const float value = x(row, 0);
    if (missing && std::isnan(value)) continue;
    if (value < 0 || value >= static_cast<float>(input.n) || value != std::floor(value))
      throw std::invalid_argument(place("x", row, 0) + " is " + std::to_string(value) +
                                  "; expected a whole number from 0 to " +
                                  std::to_string(input.n - 1));
  }
}

void check_rows(std::string_view name, std::size_t rows, std::size_t expected) {
  if (rows != expected)
    throw std::invalid_argument(std::string(name) + " has " + std::to_string(rows) +
                                " rows; expected " + std::to_string(expected) + " as x has");
}

void check_labels(std::span<const std::int32_t> labels, int classes) {
  for (std::size_t row = 0; row < labels.size(); ++row)
    if (labels[row] < 0 || labels[row] >= classes)
      throw std::invalid_argument("labels[" + std::to_string(row) + "] is " +
                                  std::to_string(labels[row]) + "; expected 0 to " +
                                  std::to_string(classes - 1));
}

WeightedRows::WeightedRows(std::size_t rows, std::span<const float> weights) {
  if (rows == 0) throw std::invalid_argument("x has no rows; expected at least one");
  if (weights.empty()) {
    weights_.assign(rows, 1.0f);
    return;
  }
  if (weights.size() != rows)
    throw std::invalid_argument("there are " + std::to_string(weights.size()) +
                                " weights; expected " + std::to_string(rows) +
                                ", one per row of x");
  for (std::size_t row = 0; row < rows; ++row) {
    const float weight = weights[row];
    if (!(weight >= 0) || !std::isfinite(weight))
      throw std::invalid_argument("weights[" + std::to_string(row) + "] is " +
                                  std::to_string(weight) +
                                  "; expected a finite number of at least 0");
    if (weight == 0) continue;
    kept_.push_back(static_cast<Eigen::Index>(row));
    weights_.push_back(weight);
  }
  if (kept_.empty())
    throw std::invalid_argument("all weights are 0; expected at least one above 0");
  all_ = kept_.size() == rows;
}

Matrix WeightedRows::of(const MatrixView& values) const { return values(kept_, Eigen::all); }

std::vector<std::int32_t> WeightedRows::of(std::span<const std::int32_t> labels) const {
  std::vector<std::int32_t> some;
  for (const Eigen::Index row : kept_) some.push_back(labels[static_cast<std::size_t>(row)]);
  return some;
}

}  // namespace sandlot
