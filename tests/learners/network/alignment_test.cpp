// The same numbers at other addresses give the same results to the last bit.
#include <doctest/doctest.h>

#include <algorithm>

#include "learners/network/eigen_network.h"
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

TEST_CASE("a network's outputs and gradients do not depend on where its arrays lie") {
  for (const auto& [name, whole] : example_architectures()) {
    CAPTURE(name);
    const ExampleInput example(whole);
    const auto pull = random_values(12 * whole.outputs(), 3);
    std::vector<std::vector<float>> found;
    std::vector<std::vector<float>> fillers;  // what is allocated before moves what comes behind
    for (std::size_t shift = 0; shift < 12; ++shift) {
      const auto network = make_eigen_network(whole, {}, 1);
      Random random(2);
      network->draw_noise(random);
      for (std::size_t i = 0; i < 20; ++i) fillers.emplace_back(4 * shift + 20 * i + 1);
      const float* const outputs = network->forward(example.input);
      std::vector<float> all(outputs, outputs + 12 * whole.outputs());
      network->backward(pull.data());
      all.resize(all.size() + network->parameter_count());
      network->get_gradients(std::span(all).last(network->parameter_count()));
      found.push_back(std::move(all));
      CHECK(found.back() == found.front());
    }
  }
}

TEST_CASE("a row's outputs do not depend on the rows beside it") {
  for (const auto& [name, whole] : example_architectures()) {
    if (whole.recurrent()) continue;
    CAPTURE(name);
    const ExampleInput example(whole);
    const auto network = make_eigen_network(whole, {}, 1);
    std::vector<float> together(12 * whole.outputs()), alone(whole.outputs());
    network->predict(example.input, together.data());
    for (std::size_t row = 0; row < 12; ++row) {
      NetworkInput one;
      one.rows = 1;
      one.values = example.values.data() + row * whole.inputs();
      network->predict(one, alone.data());
      CHECK(std::equal(alone.begin(), alone.end(),
                       together.begin() + static_cast<std::ptrdiff_t>(row * whole.outputs())));
    }
  }
}
