// In a file of its own: inlined beside its callers, the pair below looks mismatched to the
// compiler.
#include "tests/allocations.h"

#include <cstdlib>
#include <new>

std::atomic<long> sandlot::allocations{0};

void* operator new(std::size_t size) {
  ++sandlot::allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
// For std::stable_sort's buffer: without this one it would come from another heap than it goes to.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++sandlot::allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
