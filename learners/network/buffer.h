// Buffer: floats that begin at a multiple of 64 bytes.
//
// Eigen works through an array in vectors from the first aligned float on, and its vector functions
// round differently from the plain ones: where results must be the same bytes in every process,
// arrays must lie alike.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace sandlot {

template <class T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, alignment); }
  bool operator==(const AlignedAllocator&) const = default;
};

using Buffer = std::vector<float, AlignedAllocator<float>>;

// Grows, never shrinks.
inline float* grown(Buffer& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(size);
  return buffer.data();
}

}  // namespace sandlot
