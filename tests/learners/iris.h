// Fisher's iris as scikit-learn has it; the copy of the UCI repository differs in two rows.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <vector>

#include "learners/matrix.h"

namespace sandlot {

struct Iris {
  Matrix x{150, 4};
  std::vector<std::int32_t> labels;
};

inline Iris read_iris() {
  Iris iris;
  std::ifstream in(SANDLOT_SOURCE_DIR "/tests/learners/iris.csv");
  for (Eigen::Index row = 0; row < 150; ++row) {
    char comma = 0;
    for (Eigen::Index c = 0; c < 4; ++c) in >> iris.x(row, c) >> comma;
    std::int32_t label = -1;
    in >> label;
    iris.labels.push_back(label);
  }
  REQUIRE(in);
  return iris;
}

}  // namespace sandlot
