#include "learners/classical/tree_sums.h"

namespace sandlot {

void NodeCounter::gather(const TreeTargets& targets, std::span<const std::uint32_t> rows,
                         std::vector<double>& sums, bool& pure) {
  kind_ = targets.kind;
  const auto width = static_cast<std::size_t>(targets.width);
  stride_ = width + 1;
  sums.assign(stride_, 0);
  pairs_.resize(rows.size());
  pure = true;
  if (kind_ == TreeTargets::Kind::classes) labels_.resize(rows.size());
  if (kind_ == TreeTargets::Kind::vector) wide_.resize(rows.size() * width);
  const auto first = static_cast<std::size_t>(rows[0]);
  // Whether s / w is the same, without a division.
  const auto same = [&](std::size_t row, std::size_t k) {
    return targets.sums[row * width + k] * targets.weights[first] ==
           targets.sums[first * width + k] * targets.weights[row];
  };
  if (kind_ == TreeTargets::Kind::scalar) return gather_scalar(targets, rows, sums, pure);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = static_cast<std::size_t>(rows[i]);
    pairs_[i].weight = targets.weights[row];
    switch (kind_) {
      case TreeTargets::Kind::scalar:
        break;
      case TreeTargets::Kind::classes:
        labels_[i] = static_cast<std::uint32_t>(targets.labels[row]);
        pure = pure && labels_[i] == labels_[0];
        break;
      case TreeTargets::Kind::vector:
        for (std::size_t k = 0; k < width; ++k) {
          wide_[i * width + k] = targets.sums[row * width + k];
          pure = pure && same(row, k);
        }
    }
    add(sums.data(), i);
  }
}

// The common case by itself: boosting spends a fifth of its time here.
void NodeCounter::gather_scalar(const TreeTargets& targets, std::span<const std::uint32_t> rows,
                                std::vector<double>& sums, bool& pure) {
  const float* const weights = targets.weights.data();
  const float* const values = targets.sums.data();
  Pair* const pairs = pairs_.data();
  double weight = 0, sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint32_t row = rows[i];
    pairs[i] = {weights[row], values[row]};
    weight += static_cast<double>(pairs[i].weight);
    sum += static_cast<double>(pairs[i].sum);
  }
  sums[0] = weight;
  sums[1] = sum;
  const Pair first = pairs[0];
  for (std::size_t i = 1; i < rows.size() && pure; ++i)
    pure = pairs[i].sum * first.weight == first.sum * pairs[i].weight;
}

void NodeCounter::collect(std::uint32_t known, const double* bins, std::size_t stride,
                          Groups& groups) {
  groups.codes.resize(known);
  groups.sums.resize(known * stride);
  std::size_t count = 0;
  for (std::uint32_t code = 0; code < known; ++code) {
    const double* bin = bins + code * stride;
    for (std::size_t k = 0; k < stride; ++k) groups.sums[count * stride + k] = bin[k];
    groups.codes[count] = code;
    count += bin[0] > 0 ? 1 : 0;
  }
  groups.codes.resize(count);
  groups.sums.resize(count * stride);
  groups.missing.assign(bins + known * stride, bins + (known + 1) * stride);
}

void NodeCounter::group_bytes(int column, std::span<const std::uint32_t> rows, Groups& groups) {
  const std::uint8_t* codes = columns_.codes<std::uint8_t>(column);
  const std::uint32_t known = columns_.bins(column);
  bins_.resize(kColumnBins * stride_, 0);
  if (rows.size() >= 2 * kColumnBins) {
    count<std::uint8_t>(column, rows, bins_.data());
    collect(known, bins_.data(), stride_, groups);
    std::fill(bins_.begin(), bins_.end(), 0.0);
    return;
  }
  // A set of the codes that occur: neither are they sorted nor all bins looked at.
  std::array<std::uint64_t, kColumnBins / 64> seen{};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint8_t code = codes[rows[i]];
    seen[code / 64] |= std::uint64_t{1} << (code % 64);
    add(bins_.data() + code * stride_, i);
  }
  for (std::size_t word = 0; word < seen.size(); ++word) {
    for (; seen[word] != 0; seen[word] &= seen[word] - 1) {
      const auto code = static_cast<std::uint32_t>(word * 64) +
                        static_cast<std::uint32_t>(std::countr_zero(seen[word]));
      double* bin = bins_.data() + code * stride_;
      if (code == known) {
        std::copy_n(bin, stride_, groups.missing.begin());
      } else {
        groups.codes.push_back(code);
        groups.sums.insert(groups.sums.end(), bin, bin + stride_);
      }
      std::fill_n(bin, stride_, 0.0);
    }
  }
}

void NodeCounter::group_sorted(int column, std::span<const std::uint32_t> rows, Groups& groups) {
  const std::uint32_t* codes = columns_.codes<std::uint32_t>(column);
  const std::uint32_t known = columns_.bins(column);
  keys_.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) keys_[i] = std::uint64_t{codes[rows[i]]} << 32 | i;
  std::sort(keys_.begin(), keys_.end());
  for (const std::uint64_t key : keys_) {
    const auto code = static_cast<std::uint32_t>(key >> 32);
    const auto i = static_cast<std::size_t>(key & 0xffffffffu);
    if (code == known) {
      add(groups.missing.data(), i);
      continue;
    }
    if (groups.codes.empty() || groups.codes.back() != code) {
      groups.codes.push_back(code);
      groups.sums.resize(groups.sums.size() + stride_, 0);
    }
    add(groups.sums.data() + groups.sums.size() - stride_, i);
  }
}

}  // namespace sandlot
