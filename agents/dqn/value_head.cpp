#include "agents/dqn/value_head.h"

#include <algorithm>
#include <cmath>

namespace sandlot {
namespace {

// Huber (1964) with threshold 1, and its derivative.
float huber(float x) {
  const float a = std::abs(x);
  return a <= 1 ? 0.5f * x * x : a - 0.5f;
}
float huber_slope(float x) { return std::clamp(x, -1.0f, 1.0f); }

}  // namespace

void ValueHeadSettings::fields(Fields& f) {
  f.choice("values", kind,
           {{"expected", ValueKind::expected},
            {"categorical", ValueKind::categorical},
            {"quantile", ValueKind::quantile}},
           "what is learnt of the return: its mean, a distribution on fixed returns (C51), or "
           "quantiles (QR-DQN)");
  f.when(kind != ValueKind::expected, "values: categorical or quantile", [&] {
    f.integer("atoms", atoms, "probabilities or quantiles per action", Range::between(2, 1000));
  });
  f.when(kind == ValueKind::categorical, "values: categorical", [&] {
    f.number("low", low, "the least return that is told apart");
    f.number("high", high, "the largest");
  });
  f.when(kind == ValueKind::expected, "values: expected", [&] {
    f.choice("loss", loss, {{"huber", ValueLoss::huber}, {"mse", ValueLoss::mse}},
             "of the temporal-difference error");
  });
}

void ValueHeadSettings::check(Issues& issues) const {
  if (kind == ValueKind::categorical && !(low < high)) issues.add("high", "expected more than low");
}

ValueHead::ValueHead(const ValueHeadSettings& settings, int actions)
    : settings_(settings),
      actions_(actions),
      atoms_(settings.kind == ValueKind::expected ? 1 : settings.atoms),
      chances_(static_cast<std::size_t>(atoms_)) {
  if (settings.kind == ValueKind::categorical) {
    low_ = static_cast<float>(settings.low);
    spacing_ = static_cast<float>((settings.high - settings.low) / (atoms_ - 1));
  }
}

void ValueHead::probabilities(const float* logits) const {
  const float top = *std::max_element(logits, logits + atoms_);
  float sum = 0;
  for (int z = 0; z < atoms_; ++z) {
    const auto i = static_cast<std::size_t>(z);
    chances_[i] = std::exp(logits[z] - top);
    sum += chances_[i];
  }
  for (float& p : chances_) p /= sum;
}

void ValueHead::value_gradient(const float* outputs, int action, float* gradient) const {
  std::fill_n(gradient, actions_ * atoms_, 0.0f);
  float* const own = gradient + action * atoms_;
  switch (settings_.kind) {
    case ValueKind::expected:
      *own = 1;
      return;
    case ValueKind::quantile:
      std::fill_n(own, atoms_, 1.0f / static_cast<float>(atoms_));
      return;
    case ValueKind::categorical: {
      const float* const logits = outputs + action * atoms_;
      probabilities(logits);
      const auto at = [&](int z) { return low_ + static_cast<float>(z) * spacing_; };
      float mean = 0;
      for (int z = 0; z < atoms_; ++z) mean += chances_[static_cast<std::size_t>(z)] * at(z);
      for (int z = 0; z < atoms_; ++z)
        own[z] = chances_[static_cast<std::size_t>(z)] * (at(z) - mean);
      return;
    }
  }
}

void ValueHead::values(int rows, const float* outputs, float* q) const {
  const int count = rows * actions_;
  switch (settings_.kind) {
    case ValueKind::expected:
      std::copy_n(outputs, count, q);
      return;
    case ValueKind::categorical:
      for (int i = 0; i < count; ++i) {
        probabilities(outputs + i * atoms_);
        float mean = 0;
        for (int z = 0; z < atoms_; ++z)
          mean += chances_[static_cast<std::size_t>(z)] * (low_ + static_cast<float>(z) * spacing_);
        q[i] = mean;
      }
      return;
    case ValueKind::quantile:
      for (int i = 0; i < count; ++i) {
        float sum = 0;
        for (int z = 0; z < atoms_; ++z) sum += outputs[i * atoms_ + z];
        q[i] = sum / static_cast<float>(atoms_);
      }
      return;
  }
}

void ValueHead::project(const Target& target, const float* next, float* out) const {
  if (settings_.kind != ValueKind::categorical) {
    for (int z = 0; z < atoms_; ++z) out[z] = target.reward + target.discount * next[z];
    return;
  }
  std::fill_n(out, atoms_, 0.0f);
  probabilities(next);
  const auto last = static_cast<float>(atoms_ - 1);
  for (int z = 0; z < atoms_; ++z) {
    const float value = target.reward + target.discount * (low_ + static_cast<float>(z) * spacing_);
    const float place = std::clamp((value - low_) / spacing_, 0.0f, last);
    const auto below = static_cast<int>(place);
    const float part = place - static_cast<float>(below);
    const float p = chances_[static_cast<std::size_t>(z)];
    out[below] += p * (1 - part);  // all of it where the place is an atom
    if (part > 0) out[below + 1] += p * part;
  }
}

ValueHead::Fit ValueHead::fit(const float* outputs, const float* target, float weight,
                              float* gradient) const {
  Fit fit;
  switch (settings_.kind) {
    case ValueKind::expected: {
      const float error = outputs[0] - target[0];
      const bool square = settings_.loss == ValueLoss::mse;
      fit.loss = square ? error * error : huber(error);
      gradient[0] = weight * (square ? 2 * error : huber_slope(error));
      fit.error = std::abs(error);
      return fit;
    }
    case ValueKind::categorical: {
      probabilities(outputs);
      float entropy = 0;
      for (int z = 0; z < atoms_; ++z) {
        const float p = std::max(chances_[static_cast<std::size_t>(z)], 1e-12f), m = target[z];
        fit.loss -= m * std::log(p);
        if (m > 0) entropy -= m * std::log(m);
        gradient[z] = weight * (chances_[static_cast<std::size_t>(z)] - m);
      }
      // Hessel et al. (2018): priorities by the Kullback–Leibler divergence.
      fit.error = std::max(0.0f, fit.loss - entropy);
      return fit;
    }
    case ValueKind::quantile: {
      // Equation 10 there, κ = 1; u = target − output.
      const auto n = static_cast<float>(atoms_);
      float mean = 0;
      for (int i = 0; i < atoms_; ++i) {
        const float tau = (static_cast<float>(i) + 0.5f) / n;
        float slope = 0;
        for (int j = 0; j < atoms_; ++j) {
          const float u = target[j] - outputs[i];
          const float side = std::abs(tau - (u < 0 ? 1.0f : 0.0f));
          fit.loss += side * huber(u) / n;
          slope -= side * huber_slope(u) / n;
        }
        gradient[i] = weight * slope;
        mean += (target[i] - outputs[i]) / n;
      }
      fit.error = std::abs(mean);
      return fit;
    }
  }
  return fit;
}

}  // namespace sandlot
