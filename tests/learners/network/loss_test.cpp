#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "learners/network/loss.h"
#include "tests/learners/network/networks.h"

using namespace sandlot;

namespace {

using Loss = std::function<double(const MatrixMap&, float*)>;

// The gradient of a loss of 5 rows with 3 outputs against finite differences.
double worst_error(const Loss& loss, std::vector<float> outputs) {
  std::vector<float> gradient(outputs.size());
  const MatrixMap view(outputs.data(), 5, 3);
  const double value = loss(view, gradient.data());
  CHECK(loss(view, nullptr) == value);
  double worst = 0;
  constexpr float kStep = 1e-3f;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const float before = outputs[i];
    outputs[i] = before + kStep;
    const double up = loss(view, nullptr), high = static_cast<double>(outputs[i]);
    outputs[i] = before - kStep;
    const double down = loss(view, nullptr), low = static_cast<double>(outputs[i]);
    outputs[i] = before;
    worst = std::max(worst,
                     std::abs((up - down) / (high - low) - static_cast<double>(gradient[i])));
  }
  return worst;
}

const std::vector<float> kWeights{0.1f, 0.4f, 0.2f, 0.05f, 0.25f};

}  // namespace

TEST_CASE("losses: gradients are those of finite differences") {
  const auto outputs = random_values(15, 1, 2), targets = random_values(15, 2, 2);
  const MatrixMap should(targets.data(), 5, 3);
  CHECK(worst_error([&](const MatrixMap& y, float* g) {
          return mse_loss(y, should, kWeights.data(), g);
        }, outputs) < 1e-6);
  CHECK(worst_error([&](const MatrixMap& y, float* g) {
          return huber_loss(y, should, kWeights.data(), 0.7, g);
        }, outputs) < 1e-6);
  const std::int32_t labels[] = {2, 0, 1, 1, 0};
  CHECK(worst_error([&](const MatrixMap& y, float* g) {
          return cross_entropy_loss(y, labels, kWeights.data(), g);
        }, outputs) < 1e-6);
}

TEST_CASE("losses: values by hand") {
  const float outputs[] = {1, 4}, targets[] = {0, 1}, one[] = {1};
  const MatrixMap is(outputs, 1, 2), should(targets, 1, 2);
  CHECK(mse_loss(is, should, one, nullptr) == doctest::Approx((1 + 9) / 2.0));
  CHECK(huber_loss(is, should, one, 1, nullptr) == doctest::Approx((0.5 + 2.5) / 2));
  const std::int32_t label[] = {0};
  CHECK(cross_entropy_loss(is, label, one, nullptr) == doctest::Approx(std::log(1 + std::exp(3))));
  // Logits that overflow an exponential.
  const float extreme[] = {1000, -1000};
  CHECK(cross_entropy_loss(MatrixMap(extreme, 1, 2), label, one, nullptr) == doctest::Approx(0));
  Matrix rows(1, 2);
  rows << 1000, -1000;
  softmax_rows(rows);
  CHECK(rows(0, 0) == 1);
  CHECK(rows(0, 1) == 0);
}
