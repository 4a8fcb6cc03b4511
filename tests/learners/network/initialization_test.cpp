// The initial weights of every kind of layer under every initialisation.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "learners/network/architecture.h"

using namespace sandlot;

namespace {

// The weight of the layer that `build` adds, as the rows of its matrix, and its bias.
struct Initial {
  int rows = 0, columns = 0;
  std::vector<float> weight, bias;
};

template <class Build>
Initial initial(Shape input, Initialization initialization, Build build) {
  ArchitectureBuilder builder(input, initialization);
  build(builder);
  const Architecture all = builder.finish({});
  const std::vector<float> values = all.initial_weights(3);
  const auto blocks = all.parameters();
  REQUIRE(values.size() == all.parameter_count());
  const std::size_t size = blocks[0].size(), columns = blocks[1].size();
  const auto begin = values.begin(), middle = begin + static_cast<std::ptrdiff_t>(size);
  return {static_cast<int>(size / columns),
          static_cast<int>(columns),
          {begin, middle},
          {middle, middle + static_cast<std::ptrdiff_t>(columns)}};
}

double largest(const std::vector<float>& values) {
  double most = 0;
  for (const float x : values) most = std::max(most, std::abs(static_cast<double>(x)));
  return most;
}

// How far the rows or columns, whichever are fewer, are from orthogonal with squares of `square`.
double orthogonality_error(const Initial& w, double square) {
  const bool wide = w.columns > w.rows;
  const int few = wide ? w.rows : w.columns, many = wide ? w.columns : w.rows;
  const auto at = [&](int vector, int i) {
    return static_cast<double>(
        w.weight[static_cast<std::size_t>(wide ? vector * w.columns + i : i * w.columns + vector)]);
  };
  double error = 0;
  for (int a = 0; a < few; ++a)
    for (int b = 0; b <= a; ++b) {
      double product = 0;
      for (int i = 0; i < many; ++i) product += at(a, i) * at(b, i);
      error = std::max(error, std::abs(product - (a == b ? square : 0)));
    }
  return error;
}

}  // namespace

TEST_CASE("initialisation: orthogonal weights are, of dense layers and of convolutions") {
  const auto orthogonal = Initialization::orthogonal;
  for (const int units : {3, 12, 40}) {
    CAPTURE(units);
    const Initial dense =
        initial({12, 1, 1}, orthogonal, [&](auto& b) { b.dense(units, Activation::tanh); });
    CHECK(dense.rows == 12);
    CHECK(dense.columns == units);
    CHECK(orthogonality_error(dense, 2) < 1e-5);
    CHECK(largest(dense.bias) == 0);
  }
  // Kernels with fewer, as many and more values than there are channels.
  for (const int channels : {4, 18, 50}) {
    CAPTURE(channels);
    const Initial image = initial({2, 9, 9}, orthogonal, [&](auto& b) {
      b.convolution(channels, 3, 2, 0, Activation::relu);
    });
    CHECK(image.rows == 18);
    CHECK(image.columns == channels);
    CHECK(orthogonality_error(image, 2) < 1e-5);
    CHECK(largest(image.bias) == 0);
  }
}

TEST_CASE("initialisation: uniform weights keep their bounds and fill them") {
  const auto dense = [](auto& b) { b.dense(60, Activation::relu); };
  const auto image = [](auto& b) { b.convolution(20, 3, 1, 0, Activation::relu); };
  const struct {
    Initialization initialization;
    bool is_dense;
    double bound;
    bool biased;
  } cases[] = {{Initialization::fan_in, true, 1 / std::sqrt(40.0), true},
               {Initialization::he, true, std::sqrt(6 / 40.0), false},
               {Initialization::glorot, true, std::sqrt(6 / 100.0), false},
               {Initialization::fan_in, false, 1 / std::sqrt(36.0), true},
               {Initialization::he, false, std::sqrt(6 / 36.0), false},
               {Initialization::glorot, false, std::sqrt(6.0 / (36 + 9 * 20)), false}};
  for (const auto& c : cases) {
    CAPTURE(c.bound);
    const Initial w = c.is_dense ? initial({40, 1, 1}, c.initialization, dense)
                                 : initial({4, 5, 5}, c.initialization, image);
    CHECK(largest(w.weight) <= c.bound * 1.00001);
    CHECK(largest(w.weight) > c.bound * 0.98);
    CHECK((largest(w.bias) > 0) == c.biased);
  }
}
