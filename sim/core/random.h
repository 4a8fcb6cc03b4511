// Random numbers: a counter-based generator and our own distributions.
//
// Every stream is derived from one root seed by name, so that adding a stream never shifts another
// one, and the same seed gives the same numbers on every standard library. The generator is
// Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace sandlot {

class Writer;
class Reader;

using Seed = std::uint64_t;

// The seed of a sub-stream: `name` says what it is for, `index` which one of many.
Seed derive(Seed root, std::string_view name, std::uint64_t index = 0);

// The bare block function, for tests against the authors' known answers.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

class Random {
 public:
  explicit Random(Seed seed = 0) : key_(seed) {}

  std::uint32_t next_u32() {
    if (used_ == 4) refill();
    return block_[used_++];
  }
  std::uint64_t next_u64() {
    const std::uint64_t high = next_u32();
    return high << 32 | next_u32();
  }
  // Uniform in [0, 1), 24 and 53 random bits.
  float uniform_float() { return static_cast<float>(next_u32() >> 8) * 0x1p-24f; }
  double uniform() { return static_cast<double>(next_u64() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  // Uniform in 0 … n−1 without bias (Lemire 2019); n ≥ 1.
  std::uint32_t below(std::uint32_t n);
  bool bernoulli(double probability) { return uniform() < probability; }
  double normal();  // mean 0, deviation 1 (Box & Muller 1958)
  // The index of a weight, with probability proportional to it; weights ≥ 0, their sum > 0.
  int categorical(std::span<const double> weights);
  template <class Range>
  void shuffle(Range& range) {  // Fisher–Yates
    for (std::size_t i = range.size(); i > 1; --i)
      std::swap(range[i - 1], range[below(static_cast<std::uint32_t>(i))]);
  }

  void save(Writer&) const;
  void load(Reader&);
  bool operator==(const Random&) const = default;

 private:
  void refill();

  std::uint64_t key_;
  std::uint64_t counter_ = 0;
  std::array<std::uint32_t, 4> block_{};
  std::uint32_t used_ = 4;  // values of block_ already given out
};

}  // namespace sandlot
