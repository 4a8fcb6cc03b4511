// Eight rows on which scikit-learn 1.2.1 was run, in double: the numbers in the tests are its.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "learners/matrix.h"
#include "sim/core/settings.h"
#include "sim/core/space.h"

namespace sandlot::tests {

inline Matrix small_x() {
  Matrix x(8, 3);
  x << 0.5f, -1.2f, 3.0f, 1.5f, 0.3f, -2.0f, -0.7f, 2.2f, 0.1f, 2.0f, -0.4f, 1.1f, 0.0f, 1.0f,
      -1.5f, -1.1f, -0.9f, 0.6f, 0.8f, 0.7f, 2.4f, -0.3f, -1.6f, -0.8f;
  return x;
}

inline Matrix small_y() {
  Matrix y(8, 2);
  y << 1.0f, 20, 2.5f, -3, -0.4f, 7, 3.1f, 11, 0.2f, -8, -1.9f, 4, 2.2f, 15, -0.6f, 1;
  return y;
}

inline std::vector<float> small_weights() { return {1, 2, 1, 0.5f, 1, 3, 1, 1.5f}; }

// What settings refuse about an input.
inline std::string issues_of(const auto& settings, const Space& input) {
  struct Collect final : Issues {
    std::string all;
    void add(std::string_view path, std::string_view message) override {
      all += std::string(path) + ": " + std::string(message);
    }
  } issues;
  settings.check(input, issues);
  return issues.all;
}

}  // namespace sandlot::tests
