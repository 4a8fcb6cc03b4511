#include "learners/standardizer.h"

#include <cmath>

namespace sandlot {

void Standardizer::fit(const MatrixView& x, std::span<const float> weights,
                       std::span<const Eigen::Index> rows) {
  const auto weight = [&](Eigen::Index row) {
    return static_cast<double>(weights[static_cast<std::size_t>(row)]);
  };
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    const auto column = static_cast<Eigen::Index>(i);
    const double first = static_cast<double>(x(rows[0], column));
    double sum = 0, total = 0;
    bool constant = true;
    for (const Eigen::Index row : rows) {
      const double value = static_cast<double>(x(row, column));
      constant = constant && value == first;
      sum += weight(row) * value;
      total += weight(row);
    }
    mean_[i] = constant ? first : sum / total;
    double squares = 0;
    for (const Eigen::Index row : rows) {
      const double distance = static_cast<double>(x(row, column)) - mean_[i];
      squares += weight(row) * distance * distance;
    }
    deviation_[i] = constant ? 1.0 : std::sqrt(squares / total);
  }
}

void Standardizer::apply(Matrix& x) const {
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    for (std::size_t i = 0; i < mean_.size(); ++i) {
      float& value = x(row, static_cast<Eigen::Index>(i));
      value = static_cast<float>((static_cast<double>(value) - mean_[i]) / deviation_[i]);
    }
}

void Standardizer::undo(Matrix& x) const {
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    for (std::size_t i = 0; i < mean_.size(); ++i) {
      float& value = x(row, static_cast<Eigen::Index>(i));
      value = static_cast<float>(static_cast<double>(value) * deviation_[i] + mean_[i]);
    }
}

void Standardizer::save(Writer& out) const {
  out.write(mean_);
  out.write(deviation_);
}

void Standardizer::load(Reader& in) {
  const std::size_t columns = mean_.size();
  std::vector<double> mean, deviation;
  in.read(mean);
  in.read(deviation);
  if (mean.size() != columns || deviation.size() != columns)
    in.fail("the standardisation is that of other columns");
  for (std::size_t i = 0; i < columns; ++i)
    if (!std::isfinite(mean[i]) || !std::isfinite(deviation[i]) || !(deviation[i] > 0))
      in.fail("the standardisation is none");
  mean_ = std::move(mean);
  deviation_ = std::move(deviation);
}

}  // namespace sandlot
