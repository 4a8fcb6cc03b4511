#include "agents/genetic/flat_network.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "agents/genetic/quick_tanh.h"
#include "sim/core/policy.h"

namespace sandlot {
namespace {

constexpr std::size_t kLanes = 16;    // numbers that are computed at a time
constexpr std::size_t kFewRows = 12;  // up to here rows go one by one

using Lanes = Eigen::Array<float, kLanes, 1>;

Lanes load(const float* from) { return Eigen::Map<const Lanes>(from); }
void store(const Lanes& values, float* to) { Eigen::Map<Lanes>{to} = values; }

// to[u, r] = offsets[u] + Σ_i weights[i, u] x[i, r], i ascending; without offsets the sum is added
// to what is there. Rows are a multiple of kLanes. Units in fours, so that what is read of x serves
// four sums.
template <std::size_t units>
void add_rows(const float* weights, const float* offsets, std::size_t in, std::size_t out,
              std::size_t unit, std::size_t rows, const float* x, float* to) {
  for (std::size_t r = 0; r < rows; r += kLanes) {
    Lanes sums[units];
    for (std::size_t k = 0; k < units; ++k)
      sums[k] = offsets ? Lanes::Constant(offsets[unit + k]) : load(to + (unit + k) * rows + r);
    for (std::size_t i = 0; i < in; ++i) {
      const Lanes seen = load(x + i * rows + r);
      for (std::size_t k = 0; k < units; ++k) sums[k] += weights[i * out + unit + k] * seen;
    }
    for (std::size_t k = 0; k < units; ++k) store(sums[k], to + (unit + k) * rows + r);
  }
}

void add_layer(const float* weights, const float* offsets, std::size_t in, std::size_t out,
               std::size_t rows, const float* x, float* to) {
  std::size_t unit = 0;
  for (; unit + 4 <= out; unit += 4) add_rows<4>(weights, offsets, in, out, unit, rows, x, to);
  for (; unit + 2 <= out; unit += 2) add_rows<2>(weights, offsets, in, out, unit, rows, x, to);
  for (; unit < out; ++unit) add_rows<1>(weights, offsets, in, out, unit, rows, x, to);
}

// The same of one row: to[u] += Σ_i weights[i, u] x[i].
template <std::size_t blocks>
void add_units(const float* weights, std::size_t in, std::size_t out, std::size_t unit,
               const float* x, float* to) {
  Lanes sums[blocks];
  for (std::size_t k = 0; k < blocks; ++k) sums[k] = load(to + unit + k * kLanes);
  for (std::size_t i = 0; i < in; ++i)
    for (std::size_t k = 0; k < blocks; ++k)
      sums[k] += x[i] * load(weights + i * out + unit + k * kLanes);
  for (std::size_t k = 0; k < blocks; ++k) store(sums[k], to + unit + k * kLanes);
}

void add_layer(const float* weights, std::size_t in, std::size_t out, const float* x, float* to) {
  std::size_t unit = 0;
  for (; unit + 4 * kLanes <= out; unit += 4 * kLanes) add_units<4>(weights, in, out, unit, x, to);
  for (; unit + kLanes <= out; unit += kLanes) add_units<1>(weights, in, out, unit, x, to);
  for (; unit < out; ++unit)
    for (std::size_t i = 0; i < in; ++i) to[unit] += x[i] * weights[i * out + unit];
}

void squash(std::span<float> values) {
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes)
    for (std::size_t k = 0; k < kLanes; ++k) values[i + k] = quick_tanh(values[i + k]);
  for (; i < values.size(); ++i) values[i] = quick_tanh(values[i]);
}

}  // namespace

void FlatNetworkSettings::fields(Fields& f) {
  f.integers("hidden", hidden, "units of each hidden layer; [] for none", Range::between(1, 4096));
  f.boolean("recurrent", recurrent, "hidden layers also see what they held a step before");
  f.boolean("bias", bias,
            "units have offsets; without, what is mirrored gives the mirrored action");
  f.boolean("scaled", scaled, "observations with finite bounds are brought to [−1, 1]");
}

FlatNetwork::FlatNetwork(const EnvironmentSpec& spec, const FlatNetworkSettings& settings)
    : observation_(spec.observation),
      action_(spec.action),
      recurrent_(settings.recurrent),
      bias_(settings.bias) {
  sizes_.push_back(observation_.size());
  for (const auto units : settings.hidden) sizes_.push_back(static_cast<std::size_t>(units));
  sizes_.push_back(action_.is_discrete() ? static_cast<std::size_t>(action_.n) : action_.size());
  layers_.resize(sizes_.size());
  for (const std::size_t size : sizes_) single_.emplace_back(size);
  for (std::size_t i = 0; i + 1 < sizes_.size(); ++i) {
    const std::size_t in = sizes_[i], out = sizes_[i + 1];
    scale_.insert(scale_.end(), in * out, std::sqrt(2.0f / static_cast<float>(in + out)));
    if (bias_) scale_.insert(scale_.end(), out, 0.0f);
    if (!recurrent_ || i + 2 == sizes_.size()) continue;
    scale_.insert(scale_.end(), out * out, std::sqrt(1.0f / static_cast<float>(out)));
    memory_.emplace_back();
  }
  size_ = scale_.size();
  no_offsets_.resize(*std::max_element(sizes_.begin(), sizes_.end()));
  for (std::size_t i = 0; i < observation_.size(); ++i) {
    const float low = observation_.low_at(i), high = observation_.high_at(i);
    const bool bounded = settings.scaled && std::isfinite(low) && std::isfinite(high) && high > low;
    middle_.push_back(bounded ? low / 2 + high / 2 : 0);
    factor_.push_back(bounded ? 1 / (high / 2 - low / 2) : 1);
  }
}

void FlatNetwork::make_room(std::size_t rows) {
  if (rows <= capacity_) return;
  capacity_ = (rows + kLanes - 1) / kLanes * kLanes;
  for (std::size_t i = 0; i < sizes_.size(); ++i) layers_[i].assign(sizes_[i] * capacity_, 0);
  for (std::size_t i = 0; i < memory_.size(); ++i) memory_[i].resize(sizes_[i + 1] * capacity_);
  if (recurrent_) past_.assign(no_offsets_.size() * capacity_, 0);
}

// Lanes behind the last row compute what nobody reads.
void FlatNetwork::forward_many(std::span<const float> genome, std::size_t rows,
                               std::span<const float> observations) {
  const std::size_t inputs = sizes_[0];
  const std::size_t wide = (rows + kLanes - 1) / kLanes * kLanes;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t i = 0; i < inputs; ++i)
      layers_[0][i * wide + r] = (observations[r * inputs + i] - middle_[i]) * factor_[i];
  const float* weights = genome.data();
  for (std::size_t i = 0; i + 1 < sizes_.size(); ++i) {
    const std::size_t in = sizes_[i], out = sizes_[i + 1];
    float* to = layers_[i + 1].data();
    const float* offsets = bias_ ? weights + in * out : no_offsets_.data();
    add_layer(weights, offsets, in, out, wide, layers_[i].data(), to);
    weights += in * out + (bias_ ? out : 0);
    if (i + 2 == sizes_.size()) return;
    if (recurrent_) {
      const std::vector<float>& memory = memory_[i];
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t u = 0; u < out; ++u) past_[u * wide + r] = memory[r * out + u];
      add_layer(weights, nullptr, out, out, wide, past_.data(), to);
      weights += out * out;
    }
    squash({to, out * wide});
    for (std::size_t r = 0; recurrent_ && r < rows; ++r)
      for (std::size_t u = 0; u < out; ++u) memory_[i][r * out + u] = to[u * wide + r];
  }
}

void FlatNetwork::forward_one(std::span<const float> genome, std::size_t row,
                              std::span<const float> observation) {
  for (std::size_t i = 0; i < sizes_[0]; ++i)
    single_[0][i] = (observation[i] - middle_[i]) * factor_[i];
  const float* weights = genome.data();
  for (std::size_t i = 0; i + 1 < sizes_.size(); ++i) {
    const std::size_t in = sizes_[i], out = sizes_[i + 1];
    float* to = single_[i + 1].data();
    std::copy_n(bias_ ? weights + in * out : no_offsets_.data(), out, to);
    add_layer(weights, in, out, single_[i].data(), to);
    weights += in * out + (bias_ ? out : 0);
    if (i + 2 == sizes_.size()) return;
    if (recurrent_) {
      add_layer(weights, out, out, memory_[i].data() + row * out, to);
      weights += out * out;
    }
    squash({to, out});
    if (recurrent_) std::copy_n(to, out, memory_[i].data() + row * out);
  }
}

void FlatNetwork::forget(int row) {
  const auto at = static_cast<std::size_t>(row);
  if (at >= capacity_) return;  // there is nothing that it holds
  for (std::size_t i = 0; i < memory_.size(); ++i)
    std::fill_n(memory_[i].data() + at * sizes_[i + 1], sizes_[i + 1], 0.0f);
}

// The largest output of each row, the first of equal ones.
void FlatNetwork::choose_many(std::size_t rows, std::span<std::int32_t> actions) {
  const std::size_t wide = (rows + kLanes - 1) / kLanes * kLanes;
  const float* out = layers_.back().data();
  for (std::size_t r = 0; r < rows; r += kLanes) {
    float best[kLanes];
    std::int32_t chosen[kLanes] = {};
    std::copy_n(out + r, kLanes, best);
    for (std::size_t a = 1; a < sizes_.back(); ++a) {
      const float* values = out + a * wide + r;
      for (std::size_t k = 0; k < kLanes; ++k) {
        const bool better = values[k] > best[k];
        best[k] = better ? values[k] : best[k];
        chosen[k] = better ? static_cast<std::int32_t>(a) : chosen[k];
      }
    }
    std::copy_n(chosen, std::min(kLanes, rows - r), actions.data() + r);
  }
}

void FlatNetwork::choose_one(std::size_t row, std::span<const std::uint8_t> legal,
                             std::span<std::int32_t> actions, std::span<float> continuous) {
  const std::vector<float>& out = single_.back();
  const std::size_t width = out.size();
  if (action_.is_discrete()) {
    actions[row] = greedy_action(out, legal.empty() ? legal : legal.subspan(row * width, width));
    return;
  }
  for (std::size_t i = 0; i < width; ++i) {
    const float low = action_.low_at(i), high = action_.high_at(i);
    const bool bounded = std::isfinite(low) && std::isfinite(high);
    continuous[row * width + i] =
        bounded ? std::clamp(low + (high - low) * (0.5f + 0.5f * std::tanh(out[i])), low, high)
                : std::clamp(out[i], low, high);
  }
}

void FlatNetwork::act(std::span<const float> genome, int rows, std::span<const float> observations,
                      std::span<const std::uint8_t> legal, std::span<std::int32_t> actions,
                      std::span<float> continuous) {
  const auto count = static_cast<std::size_t>(rows);
  make_room(count);
  if (count > kFewRows) {
    forward_many(genome, count, observations);
    if (action_.is_discrete() && legal.empty()) return choose_many(count, actions);
  }
  const std::size_t wide = (count + kLanes - 1) / kLanes * kLanes;
  std::vector<float>& out = single_.back();
  for (std::size_t row = 0; row < count; ++row) {
    if (count > kFewRows)
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = layers_.back()[i * wide + row];
    else
      forward_one(genome, row, observations.subspan(row * sizes_[0], sizes_[0]));
    choose_one(row, legal, actions, continuous);
  }
}

void FlatNetwork::outputs(std::span<const float> genome, std::span<const float> observation,
                          std::span<float> out) {
  make_room(1);
  forward_one(genome, 0, observation);
  std::copy_n(single_.back().data(), out.size(), out.data());
}

}  // namespace sandlot
