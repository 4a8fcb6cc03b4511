// The same numbers at other addresses give the same results to the last bit.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/learners/network/networks.h"

using namespace sandlot;

TEST_CASE("a step of an optimiser does not depend on where its arrays lie") {
  constexpr std::size_t size = 1003;
  using enum OptimizerKind;
  for (const OptimizerKind kind : {sgd, momentum, rmsprop, adam, adamw}) {
    CAPTURE(static_cast<int>(kind));
    std::vector<std::vector<float>> found;
    for (std::size_t shift = 0; shift < 16; ++shift) {
      Optimizer optimizer({.kind = kind, .centered = true, .weight_decay = 0.1, .clip_norm = 0.5},
                          size);
      std::vector<float> weights(size + 16), gradients(size + 16);
      const auto from = random_values(size, 1);
      std::copy(from.begin(), from.end(), weights.begin() + static_cast<std::ptrdiff_t>(shift));
      for (Seed i = 0; i < 3; ++i) {
        const auto values = random_values(size, derive(2, "gradients", i));
        std::copy(values.begin(), values.end(),
                  gradients.begin() + static_cast<std::ptrdiff_t>(15 - shift));
        optimizer.step(std::span(weights).subspan(shift, size),
                       std::span(gradients).subspan(15 - shift, size), 0.01);
      }
      found.emplace_back(weights.begin() + static_cast<std::ptrdiff_t>(shift),
                         weights.begin() + static_cast<std::ptrdiff_t>(shift + size));
      CHECK(found.back() == found.front());
    }
  }
}
