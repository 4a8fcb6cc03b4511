// Bounds: maps a box's values to [0, 1], for features that need to know where the values lie.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/core/settings.h"
#include "sim/core/space.h"

namespace sandlot {

struct BoundsSettings {
  std::vector<double> low, high;  // override the space's own
  void fields(Fields& f);
  // Refuses discrete spaces and values without finite bounds.
  void check(const Space& space, Issues& issues) const;
};

class Bounds {
 public:
  Bounds(const BoundsSettings& settings, const Space& space);
  std::size_t size() const { return low_.size(); }
  // Clamped to [0, 1]: ±∞ are the ends, and what is not a number counts as the lower one, so that
  // every value has its features.
  double unit(std::size_t i, float value) const;

 private:
  std::vector<double> low_, scale_;
};

// One count per dimension: a single one stands for all. `counts` has one value or one per
// dimension.
std::int64_t count_at(const std::vector<std::int64_t>& counts, std::size_t dimension);
void check_counts(const std::vector<std::int64_t>& counts, const char* name, std::size_t dimensions,
                  Issues& issues);

// Weights that a table may hold: more would not fit into memory of ordinary size.
constexpr double kMostFeatures = 64e6;
std::string describe_count(double count);  // "1234", "more than 10^15"

}  // namespace sandlot
