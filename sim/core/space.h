// Spaces: what an observation or an action may be.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sandlot {

// A discrete space holds the integers 0 … n−1; a box holds floats in [low, high], row-major over
// `shape`. An observation is always written as floats: a discrete one is a single float that holds
// the integer exactly.
struct Space {
  enum class Kind { discrete, box };

  Kind kind = Kind::discrete;
  int n = 1;                // discrete: number of values
  std::vector<int> shape;   // box: for example {4} or {C, H, W}
  std::vector<float> low;   // box: one bound for all values, or one per value
  std::vector<float> high;  // as `low`
  // Box: where it is above 0, every value is exactly low + static_cast<float>(k) · quantum,
  // computed in float, for an integer k from 0 to 255, so that a byte holds it without loss. 0: not
  // so.
  float quantum = 0;

  static Space discrete(int n);
  static Space box(std::vector<int> shape, float low, float high);
  static Space box(std::vector<float> low, std::vector<float> high);  // shape {low.size()}
  // The same box, of which every value is low + k · quantum; throws unless k reaches from low to
  // high in 256 values or fewer.
  Space quantized(float quantum) const;

  bool is_discrete() const { return kind == Kind::discrete; }
  // The number of floats that one element takes.
  std::size_t size() const;
  float low_at(std::size_t i) const;   // 0 for a discrete space
  float high_at(std::size_t i) const;  // n − 1 for a discrete space
  bool contains(const float* values) const;  // in its bounds, and one of its steps
  // Whether one byte per value holds an element without loss: a quantum, or at most 256 integers.
  bool fits_bytes() const { return is_discrete() ? n <= 256 : quantum > 0; }
  // "discrete(4)" or "box(3×84×84, 0…1)".
  std::string describe() const;

  bool operator==(const Space&) const = default;
};

}  // namespace sandlot
