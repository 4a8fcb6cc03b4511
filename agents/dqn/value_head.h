// ValueHead: what a value network's outputs mean, and the loss that teaches them.
//
// expected:    one output per action, q(s, a).
// categorical: C51 (Bellemare, Dabney & Munos 2017): per action the logits of probabilities on
//              `atoms` equally spaced returns from low to high.
// quantile:    QR-DQN (Dabney et al. 2018): per action `atoms` returns, each as likely.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/settings.h"

namespace sandlot {

enum class ValueKind : std::uint8_t { expected, categorical, quantile };
enum class ValueLoss : std::uint8_t { huber, mse };

struct ValueHeadSettings {
  ValueKind kind = ValueKind::expected;
  int atoms = 51;
  double low = -10, high = 10;  // categorical
  ValueLoss loss = ValueLoss::huber;

  void fields(Fields& f);
  void check(Issues& issues) const;
};

class ValueHead {
 public:
  ValueHead(const ValueHeadSettings& settings, int actions);

  const ValueHeadSettings& settings() const { return settings_; }
  int actions() const { return actions_; }
  int atoms() const { return atoms_; }  // per action; 1 for expected
  // outputs [rows, actions · atoms] → q [rows, actions].
  void values(int rows, const float* outputs, float* q) const;
  // The gradient of q(action) by the outputs of one row, all [actions · atoms] of it written.
  void value_gradient(const float* outputs, int action, float* gradient) const;

  // What one row learns towards: the return so far, and γ^k behind it (0 after a termination).
  struct Target {
    float reward = 0, discount = 0;
  };
  // The distribution of reward + discount · Z, where `next` [atoms] are the outputs of the chosen
  // action in the next state; categorical ones are projected onto the support (algorithm 1 there).
  // `out` [atoms]: a value, probabilities, or quantiles.
  void project(const Target& target, const float* next, float* out) const;

  // The loss of one row between the outputs of its action and the projected target, its gradient
  // (weight · dL/doutputs, written, [atoms]), and how large the error was, for priorities.
  struct Fit {
    float loss = 0, error = 0;
  };
  Fit fit(const float* outputs, const float* target, float weight, float* gradient) const;

 private:
  void probabilities(const float* logits) const;

  ValueHeadSettings settings_;
  int actions_, atoms_;
  float low_ = 0, spacing_ = 1;
  mutable std::vector<float> chances_;
};

}  // namespace sandlot
