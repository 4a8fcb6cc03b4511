// The Eigen backend's gradients against finite differences.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "learners/network/eigen_network.h"
#include "tests/learners/network/networks.h"

using namespace sandlot;

namespace {

// A smooth loss with a gradient that differs from output to output.
double loss(Network& network, const NetworkInput& input, const std::vector<float>& pull) {
  std::vector<float> out(static_cast<std::size_t>(input.rows) * network.outputs());
  network.predict(input, out.data(), nullptr, Noise::drawn);
  double sum = 0;
  for (std::size_t i = 0; i < out.size(); ++i)
    sum += static_cast<double>(pull[i]) * static_cast<double>(out[i]);
  return sum;
}

// How far analytic and numeric derivatives are apart, relative to the largest.
class Comparison {
 public:
  void add(double numeric, double analytic) {
    errors_.push_back(std::abs(numeric - analytic));
    largest_ = std::max(largest_, std::abs(numeric));
  }
  double largest() const { return largest_; }
  // Differences over a kink (of relu, of a maximum) are none of the derivative's: a few are let
  // off.
  double worst(bool kinks) {
    std::sort(errors_.begin(), errors_.end());
    return errors_[errors_.size() - 1 - (kinks ? errors_.size() / 12 : 0)] / largest_;
  }

 private:
  std::vector<double> errors_;
  double largest_ = 0;
};

}  // namespace

TEST_CASE("gradients are those of finite differences") {
  for (const auto& [name, whole] : example_architectures()) {
    const std::string named = name;
    CAPTURE(named);
    const bool kinks = named == "relu" || named == "leaky_relu" || named == "residual";
    const auto network = make_eigen_network(whole, {}, 1);
    Random random(2);
    network->draw_noise(random);
    ExampleInput example(whole);
    const auto pull = random_values(12 * whole.outputs(), 3);
    network->forward(example.input);
    network->backward(pull.data());
    std::vector<float> gradients(network->parameter_count()), weights(gradients.size());
    network->get_gradients(gradients);
    network->get_weights(weights);
    const float step = 4e-3f;
    const auto slope = [&](auto&& set) {
      set(step);
      const double up = loss(*network, example.input, pull);
      set(-step);
      const double down = loss(*network, example.input, pull);
      set(0.0f);
      return (up - down) / (2 * static_cast<double>(step));
    };
    Comparison by_weights, by_values;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      auto moved = weights;
      const double numeric = slope([&](float by) {
        moved[i] = weights[i] + by;
        network->set_weights(moved);
      });
      by_weights.add(numeric, static_cast<double>(gradients[i]));
    }
    network->forward(example.input);
    std::vector<float> by_inputs(example.values.size()), after(gradients.size());
    network->input_gradient(pull.data(), by_inputs.data());
    network->get_gradients(after);
    CHECK(after == gradients);
    const auto values = example.values;
    for (std::size_t i = 0; i < by_inputs.size(); ++i) {
      const double numeric = slope([&](float by) { example.values[i] = values[i] + by; });
      by_values.add(numeric, static_cast<double>(by_inputs[i]));
    }
    CHECK(by_weights.largest() > 0.1);
    // Measured: up to 3e-4 (layer norm, whose third derivative is large), 3e-5 for most.
    CHECK(by_weights.worst(kinks) < 1e-3);
    CHECK(by_values.worst(kinks) < 1e-3);
  }
}
