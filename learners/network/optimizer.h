// Optimizer: a step along the gradient, over the flat array of parameters.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/archive.h"
#include "sim/core/settings.h"

namespace sandlot {

enum class OptimizerKind : std::uint8_t { sgd, momentum, rmsprop, adam, adamw };

struct OptimizerSettings {
  OptimizerKind kind = OptimizerKind::adam;
  Schedule learning_rate = 1e-3;
  double momentum = 0.9;  // momentum; rmsprop: 0 for none
  double decay = 0.99;    // rmsprop: of the mean of squares
  bool centered = false;  // rmsprop: squares around the mean (Graves 2013), as Mnih et al. 2015
  double beta1 = 0.9;     // adam, adamw
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  // adamw: decoupled; the others: added to the gradient
  double clip_norm = 0;     // gradients are scaled to at most this norm; 0: never

  void fields(Fields& f);
};

// SGD, momentum (Polyak 1964), RMSProp (Tieleman & Hinton 2012; Graves 2013), Adam (Kingma & Ba
// 2015), AdamW (Loshchilov & Hutter 2019), with the conventions of PyTorch: epsilon outside of the
// square root, the rate not inside the momentum.
class Optimizer {
 public:
  Optimizer(const OptimizerSettings& settings, std::size_t parameters);

  // Clips `gradients` in place, then changes `weights`. Returns the norm before clipping.
  double step(std::span<float> weights, std::span<float> gradients, double learning_rate);

  const OptimizerSettings& settings() const { return settings_; }
  // For backends that keep the same state elsewhere: number of steps so far, and the arrays (empty
  // where the kind has none).
  std::int64_t steps = 0;
  std::vector<float> first, second;  // momentum or mean of gradients; mean of squares

  void save(Writer&) const;
  void load(Reader&);

 private:
  OptimizerSettings settings_;
};

}  // namespace sandlot
