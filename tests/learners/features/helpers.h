#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "learners/feature_map.h"
#include "sim/core/random.h"

namespace sandlot {

struct Collected final : Issues {
  std::vector<std::pair<std::string, std::string>> list;
  void add(std::string_view path, std::string_view message) override {
    list.emplace_back(path, message);
  }
};

inline FeatureVector encode(const FeatureMap& map, std::vector<float> observation) {
  FeatureVector features;
  features.add(7, 7);  // encode() has to clear it
  map.encode(observation, features);
  return features;
}

// Values far outside any bounds, and some that are no numbers at all.
inline float extreme(Random& random) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float values[] = {kInfinity,
                          -kInfinity,
                          std::numeric_limits<float>::quiet_NaN(),
                          std::numeric_limits<float>::max(),
                          std::numeric_limits<float>::lowest(),
                          std::numeric_limits<float>::denorm_min(),
                          0,
                          -0.0f,
                          1,
                          static_cast<float>(random.uniform(-3, 3))};
  return values[random.below(10)];
}

}  // namespace sandlot
