// PopulationSearch: proposes genomes, is told how good they are, and proposes better ones.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learners/matrix.h"
#include "sim/core/archive.h"
#include "sim/core/random.h"

namespace sandlot {

class PopulationSearch {
 public:
  virtual ~PopulationSearch() = default;

  // [individuals, genes]: those that are to be measured now. The same until tell() was called.
  virtual const Matrix& population() const = 0;
  // fitness [individuals], larger is better, finite; makes the next population.
  virtual void tell(std::span<const double> fitness) = 0;
  // What it thinks best so far, [genes].
  virtual std::span<const float> best() const = 0;
  // How far it steps: a mutation's deviation, a distribution's.
  virtual double step_size() const = 0;

  virtual void save(Writer& out) const = 0;
  virtual void load(Reader& in) = 0;
};

// Archived matrices of a known size, finite.
void save_matrix(const Matrix& values, Writer& out);
void load_matrix(Reader& in, Matrix& values);

// Places from the best (0) to the worst; of equal ones the first comes first.
std::vector<std::size_t> best_first(std::span<const double> fitness);

}  // namespace sandlot
