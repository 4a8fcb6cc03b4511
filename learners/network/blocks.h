// Functions and sums over arrays that are the same to the last bit wherever the arrays lie in memory.
//
// Eigen takes what lies before an aligned address, and what is left behind the last whole packet, one by
// one. Its tanh and exp of a single number are not those of a packet, and a sum depends on how it is cut:
// here everything goes by blocks from the first value on, the last one filled up.
#pragma once

#include <Eigen/Core>
#include <algorithm>

namespace sandlot {

using Block = Eigen::Array<float, 16, 1>;
constexpr std::size_t kBlock = Block::SizeAtCompileTime;

inline Block part_of_block(const float* x, std::size_t size) {
  Block block = Block::Zero();
  std::copy_n(x, size, block.data());
  return block;
}

// y ← f(y), where f takes a Block and returns one.
template <class F>
void by_blocks(float* y, std::size_t size, F f) {
  std::size_t i = 0;
  for (; i + kBlock <= size; i += kBlock) {
    Eigen::Map<Block> to(y + i);
    const Block x = to;
    to = f(x);
  }
  if (i == size) return;
  const Block last = f(part_of_block(y + i, size - i));
  std::copy_n(last.data(), size - i, y + i);
}

inline Block logistic(const Block& x) { return 1.0f / (1.0f + (-x).exp()); }
inline Block hyperbolic_tangent(const Block& x) { return x.tanh(); }

// Σ x, Σ x y.
inline float sum_of(const float* x, std::size_t size) {
  Block sums = Block::Zero();
  std::size_t i = 0;
  for (; i + kBlock <= size; i += kBlock) sums += Eigen::Map<const Block>(x + i);
  if (i < size) sums += part_of_block(x + i, size - i);
  return sums.sum();
}
inline float sum_of_products(const float* x, const float* y, std::size_t size) {
  Block sums = Block::Zero();
  std::size_t i = 0;
  for (; i + kBlock <= size; i += kBlock)
    sums += Eigen::Map<const Block>(x + i) * Eigen::Map<const Block>(y + i);
  if (i < size) sums += part_of_block(x + i, size - i) * part_of_block(y + i, size - i);
  return sums.sum();
}

}  // namespace sandlot
