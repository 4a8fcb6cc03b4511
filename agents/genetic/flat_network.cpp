#include "agents/genetic/flat_network.h"

#include <algorithm>
#include <cmath>

#include "sim/core/policy.h"

namespace sandlot {

FlatNetwork::FlatNetwork(const EnvironmentSpec& spec, std::span<const std::int64_t> hidden,
                         bool recurrent)
    : observation_(spec.observation), action_(spec.action), recurrent_(recurrent) {
  sizes_.push_back(static_cast<int>(observation_.size()));
  for (const auto units : hidden) sizes_.push_back(static_cast<int>(units));
  sizes_.push_back(action_.is_discrete() ? action_.n : static_cast<int>(action_.size()));
  layers_.resize(sizes_.size());
  for (std::size_t i = 0; i + 1 < sizes_.size(); ++i) {
    const int in = sizes_[i], out = sizes_[i + 1];
    scale_.insert(scale_.end(), static_cast<std::size_t>(in * out),
                  std::sqrt(2.0f / static_cast<float>(in + out)));
    scale_.insert(scale_.end(), static_cast<std::size_t>(out), 0.0f);
    if (!recurrent_ || i + 2 == sizes_.size()) continue;
    scale_.insert(scale_.end(), static_cast<std::size_t>(out * out),
                  std::sqrt(1.0f / static_cast<float>(out)));
    memory_.push_back(Matrix::Zero(1, out));
  }
  size_ = scale_.size();
  for (std::size_t i = 0; i < observation_.size(); ++i) {
    const float low = observation_.low_at(i), high = observation_.high_at(i);
    const bool bounded = std::isfinite(low) && std::isfinite(high) && high > low;
    middle_.push_back(bounded ? low / 2 + high / 2 : 0);
    factor_.push_back(bounded ? 1 / (high / 2 - low / 2) : 1);
  }
}

void FlatNetwork::forward(std::span<const float> genome, int rows,
                          std::span<const float> observations) {
  using Row = Eigen::Map<const Eigen::RowVectorXf>;
  const auto width = static_cast<Eigen::Index>(middle_.size());
  layers_[0].resize(rows, width);
  layers_[0] = ((MatrixMap(observations.data(), rows, width).rowwise() - Row(middle_.data(), width))
                    .array()
                    .rowwise() *
                Row(factor_.data(), width).array())
                   .matrix();
  const float* weights = genome.data();
  for (std::size_t i = 0; i + 1 < sizes_.size(); ++i) {
    const Eigen::Index in = sizes_[i], out = sizes_[i + 1];
    Matrix& to = layers_[i + 1];
    to.resize(rows, out);
    to.noalias() = layers_[i] * MatrixMap(weights, in, out);
    to.rowwise() += Row(weights + in * out, out);
    weights += in * out + out;
    if (i + 2 == sizes_.size()) return;
    if (recurrent_) {
      Matrix& memory = memory_[i];
      if (memory.rows() < rows) memory.conservativeResizeLike(Matrix::Zero(rows, out));
      to.noalias() += memory.topRows(rows) * MatrixMap(weights, out, out);
      weights += out * out;
    }
    to = to.array().tanh();
    if (recurrent_) memory_[i].topRows(rows) = to;
  }
}

void FlatNetwork::forget(int row) {
  for (Matrix& memory : memory_)
    if (row < memory.rows()) memory.row(row).setZero();
}

void FlatNetwork::act(std::span<const float> genome, int rows, std::span<const float> observations,
                      std::span<const std::uint8_t> legal, std::span<std::int32_t> actions,
                      std::span<float> continuous) {
  forward(genome, rows, observations);
  const Matrix& out = layers_.back();
  const auto width = static_cast<std::size_t>(out.cols());
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    const float* from = out.row(static_cast<Eigen::Index>(row)).data();
    if (action_.is_discrete()) {
      actions[row] =
          greedy_action({from, width}, legal.empty() ? legal : legal.subspan(row * width, width));
      continue;
    }
    for (std::size_t i = 0; i < width; ++i) {
      const float low = action_.low_at(i), high = action_.high_at(i);
      const bool bounded = std::isfinite(low) && std::isfinite(high);
      continuous[row * width + i] =
          bounded ? std::clamp(low + (high - low) * (0.5f + 0.5f * std::tanh(from[i])), low, high)
                  : std::clamp(from[i], low, high);
    }
  }
}

void FlatNetwork::outputs(std::span<const float> genome, std::span<const float> observation,
                          std::span<float> out) {
  forward(genome, 1, observation);
  std::copy_n(layers_.back().data(), out.size(), out.data());
}

}  // namespace sandlot
