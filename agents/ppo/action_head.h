// ActionHead: a network's outputs as a distribution over actions.
//
// Discrete actions have a softmax over the legal ones. A box has independent normal distributions:
// their means are the network's outputs, their deviations parameters that do not depend on the
// state (Schulman et al. 2015, appendix D). They are in units in which the bounds are −1 and 1 (a
// value with an infinite bound is left as it is), and what is drawn outside of the bounds is sent
// to the world as the bound, while its own probability is what is learnt from: unlike a tanh, this
// keeps a mean that lies on a bound, as one for full throttle does, at a finite place.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/array_sink.h"
#include "sim/core/random.h"
#include "sim/core/space.h"

namespace sandlot {

class ActionHead {
 public:
  explicit ActionHead(const Space& action);

  bool discrete() const { return space_.is_discrete(); }
  std::size_t outputs() const { return outputs_; }  // logits or means
  std::size_t deviations() const { return discrete() ? 0 : outputs_; }

  // Draws an action, `index` or outputs() `values`, and returns the logarithm of its probability
  // (density). `log_std` has deviations() values, `legal` is empty where all are legal.
  double draw(const float* outputs, std::span<const float> log_std,
              std::span<const std::uint8_t> legal, Random& random, std::int32_t& index,
              float* values) const;
  double log_probability(const float* outputs, std::span<const float> log_std,
                         std::span<const std::uint8_t> legal, std::int32_t index,
                         const float* values) const;
  // Of discrete actions, all legal: the gradient of log π(index), [outputs()].
  void log_probability_gradient(const float* outputs, std::int32_t index, float* gradient) const;
  // From values as drawn, or from means, to an element of the space.
  void to_world(const float* values, float* action) const;
  // Of a box: `action.middle`, `action.half`, `action.low`, `action.high`, [outputs()] each.
  void export_bounds(ArraySink& sink) const;

  // One transition as the clipped objective sees it.
  struct Sample {
    std::int32_t index = 0;
    const float* values = nullptr;
    std::span<const std::uint8_t> legal = {};
    double old_log_probability = 0;
    double advantage = 0;
  };
  struct Weights {
    double clip = 0.2;
    double entropy = 0;
    double sample = 1;  // of this sample's loss in the whole
  };
  struct Fit {
    double loss = 0;  // −min(ρ A, clip(ρ, 1 ± ε) A), Schulman et al. (2017, equation 7)
    double entropy = 0;
    double kl = 0;  // (ρ − 1) − log ρ, whose mean is that of the divergence (Schulman 2020)
    bool clipped = false;
  };
  // The gradient of sample · (loss − entropy · H): written to `gradient` [outputs()], and added to
  // `by_log_std` [deviations()].
  Fit fit(const float* outputs, std::span<const float> log_std, const Sample& sample,
          const Weights& weights, float* gradient, std::span<float> by_log_std) const;

 private:
  // Fills chances_ and logs_; returns the entropy.
  double softmax(const float* logits, std::span<const std::uint8_t> legal) const;

  Space space_;
  std::size_t outputs_;
  std::vector<float> middle_, half_;            // box: world = middle + half · value
  mutable std::vector<double> chances_, logs_;  // discrete; 0 where illegal
};

}  // namespace sandlot
