// Scaling: rows of numbers in deviations from the mean of those that it was fitted on. Numbers that
// did not vary are only shifted.
#pragma once

#include <span>

#include "learners/standardizer.h"
#include "sim/core/space.h"

namespace sandlot {

// Of rows in deviations: any numbers.
Space scaled_space(std::size_t width);

class Scaling {
 public:
  explicit Scaling(std::size_t width) : standardizer_(width) {}

  void fit(std::span<const float> rows);  // [rows, width]
  // [rows, width]; `to` may be `from`.
  void apply(std::span<const float> from, std::span<float> to) const;

  void save(Writer& out) const { standardizer_.save(out); }
  void load(Reader& in) { standardizer_.load(in); }

 private:
  Standardizer standardizer_;
};

}  // namespace sandlot
