// Dimensionality reduction: observations as the few numbers that a transformer makes of them,
// learnt from random play and fixed from then on: numbers that changed their meaning would leave
// the agent with what it learnt of others. They are given in deviations from their mean over the
// random play, clipped to ±kBound, so that any value function can take them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "learners/encoders/scaling.h"
#include "learners/transformer.h"
#include "sim/core/encoder.h"

namespace sandlot {

class DimensionalityReduction final : public Encoder {
 public:
  static constexpr float kBound = 5;

  struct Settings {
    Slot<TransformerFactory> transformer{"pca"};
    std::int64_t warm_up = 10000;
    bool standardize = true;
    void fields(Fields& f);
    void check(const Space& observation, Issues& issues) const;
    Space output(const Space& observation) const;
  };

  DimensionalityReduction(const Settings& settings, const Space& observation, Seed seed);

  void fit(std::span<const float> observations) override;
  void encode(std::span<const float> from, std::span<float> to) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  // In deviations, if they are standardised.
  MatrixMap inputs(std::span<const float> observations) const;

  std::size_t width_, outputs_;
  bool standardize_;
  Scaling before_;  // of observations, if they are standardised
  std::unique_ptr<Transformer> transformer_;
  Scaling after_;  // of what it makes
  mutable std::vector<float> scratch_;
};

}  // namespace sandlot
