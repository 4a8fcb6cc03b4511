#include "agents/dqn/value_head.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "sim/core/random.h"

using namespace sandlot;
using doctest::Approx;

namespace {

ValueHead head_of(ValueKind kind, int atoms = 5, double low = 0, double high = 4) {
  ValueHeadSettings s;
  s.kind = kind;
  s.atoms = atoms;
  s.low = low;
  s.high = high;
  return ValueHead(s, 2);
}

std::vector<float> certain(int atom) {  // logits of a distribution on one atom
  std::vector<float> logits(5, -50.0f);
  logits[static_cast<std::size_t>(atom)] = 50;
  return logits;
}

}  // namespace

TEST_CASE("C51: the projection by hand") {
  const ValueHead head = head_of(ValueKind::categorical);
  std::array<float, 5> out{};
  // On an atom, between two, below the range, above it, and after a termination.
  head.project({1, 0.5f}, certain(2).data(), out.data());
  CHECK(out[2] == Approx(1));  // 1 + 0.5 · 2 = 2, where l = u: no probability may be lost
  head.project({0.25f, 1}, certain(1).data(), out.data());
  CHECK(out[1] == Approx(0.75));
  CHECK(out[2] == Approx(0.25));
  head.project({-9, 1}, certain(1).data(), out.data());
  CHECK(out[0] == Approx(1));
  head.project({9, 1}, certain(1).data(), out.data());
  CHECK(out[4] == Approx(1));
  head.project({3, 0}, certain(1).data(), out.data());
  CHECK(out[3] == Approx(1));
}

TEST_CASE("C51: the projection keeps all probability, and the mean inside the range") {
  const ValueHead head = head_of(ValueKind::categorical, 11, -5, 5);
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    std::vector<float> logits(22), out(11);
    for (float& x : logits) x = static_cast<float>(random.normal());
    const auto reward = static_cast<float>(random.uniform(-1, 1));
    head.project({reward, 0.5f}, logits.data(), out.data());
    CHECK(std::accumulate(out.begin(), out.end(), 0.0f) == Approx(1).epsilon(1e-5));
    float q[2];
    head.values(1, logits.data(), q);
    float mean = 0;
    for (int z = 0; z < 11; ++z)
      mean += out[static_cast<std::size_t>(z)] * static_cast<float>(z - 5);
    CHECK(mean == Approx(reward + 0.5f * q[0]).epsilon(1e-3));
  }
}

TEST_CASE("gradients of the losses are those of finite differences") {
  Random random(2);
  for (const ValueKind kind : {ValueKind::expected, ValueKind::categorical, ValueKind::quantile}) {
    for (const ValueLoss loss : {ValueLoss::huber, ValueLoss::mse}) {
      ValueHeadSettings s;
      s.kind = kind;
      s.atoms = 5;
      s.loss = loss;
      const ValueHead head(s, 2);
      const auto atoms = static_cast<std::size_t>(head.atoms());
      for (int trial = 0; trial < 50; ++trial) {
        std::vector<float> outputs(atoms), target(atoms), gradient(atoms), ignored(atoms);
        for (float& x : outputs) x = static_cast<float>(random.normal());
        float sum = 0;
        for (float& x : target) sum += x = random.uniform_float();
        if (kind == ValueKind::categorical)
          for (float& x : target) x /= sum;
        head.fit(outputs.data(), target.data(), 0.7f, gradient.data());
        for (std::size_t i = 0; i < atoms; ++i) {
          const float step = 1e-3f, x = outputs[i];
          outputs[i] = x + step;
          const float up = head.fit(outputs.data(), target.data(), 1, ignored.data()).loss;
          outputs[i] = x - step;
          const float down = head.fit(outputs.data(), target.data(), 1, ignored.data()).loss;
          outputs[i] = x;
          const double slope = 0.7 * static_cast<double>(up - down) / 0.002;
          // The quantile loss has kinks; within a step of one the slope is between both sides'.
          CHECK(std::abs(slope - static_cast<double>(gradient[i])) < 0.005);
        }
      }
    }
  }
}

TEST_CASE("quantiles settle on those of the target") {
  // QR-DQN, lemma 2: the minimiser's values are the quantiles at the midpoints of equal parts. With
  // κ = 1 only where the targets are far apart, as here.
  const ValueHead head = head_of(ValueKind::quantile, 2);
  const std::array<float, 2> target{0, 100};
  std::array<float, 2> theta{40, 60}, gradient{};
  for (int i = 0; i < 20000; ++i) {
    head.fit(theta.data(), target.data(), 0.02f, gradient.data());
    for (std::size_t z = 0; z < 2; ++z) theta[z] -= gradient[z];
  }
  CHECK(theta[0] < 1);
  CHECK(theta[1] > 99);
}
