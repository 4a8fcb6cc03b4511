// State aggregation: observations as cells, so that a table can learn from numbers (Singh, Jaakkola
// & Jordan 1995, "Reinforcement learning with soft state aggregation"; here each observation
// belongs to one cell). Cells are clusters of what random play shows, in deviations from its mean;
// with `online` they go on moving with what training shows.
//
// A clusterer that finds its own number of clusters gets `cells` cells at most, those of its first
// clusters, and one more for what belongs to none of these.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "learners/clusterer.h"
#include "learners/encoders/scaling.h"
#include "sim/core/encoder.h"

namespace sandlot {

class StateAggregation final : public Encoder {
 public:
  struct Settings {
    Slot<ClustererFactory> clusterer{"k_means"};
    std::int64_t warm_up = 10000;
    int cells = 1000;
    bool online = false;
    void fields(Fields& f);
    void check(const Space& observation, Issues& issues) const;
    Space output(const Space& observation) const;
  };

  StateAggregation(const Settings& settings, const Space& observation, Seed seed);

  void fit(std::span<const float> observations) override;
  void learn(std::span<const float> observations) override;
  void encode(std::span<const float> from, std::span<float> to) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  static constexpr std::size_t kRows = 256;  // learnt from at once, while training

  std::size_t width_;
  std::int32_t cells_;
  bool online_;
  Scaling scaling_;
  std::unique_ptr<Clusterer> clusterer_;
  std::vector<float> pending_;  // [rows, width], scaled, to be learnt from
  mutable std::vector<float> scratch_;
};

}  // namespace sandlot
