// Lessons: what was seen, and what a teacher did or would have done then.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learners/classifier.h"
#include "sim/core/archive.h"
#include "sim/core/space.h"

namespace sandlot {

struct Lessons {
  std::vector<float> seen;         // [lessons, obs]
  std::vector<std::int32_t> said;  // [lessons], actions

  std::size_t size() const { return said.size(); }
  void add(std::span<const float> observations, std::span<const std::int32_t> actions);
  // Teaches all of them to a classifier.
  void teach(Classifier& classifier) const;
  // Of the lessons, in how many the classifier does the same.
  double agreement(const Classifier& classifier) const;

  void save(Writer& out) const;
  void load(Reader& in, const Space& observation, int actions);
};

}  // namespace sandlot
