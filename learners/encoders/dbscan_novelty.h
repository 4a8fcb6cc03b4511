// Novelty by density: an observation is new where DBSCAN (Ester et al. 1996) calls it noise among a
// sample of those of training.
//
// The sample is uniform over all observations so far (Vitter 1985, "Random sampling with a
// reservoir", algorithm R), so a place that is visited more often than one in memory / min_rows
// times grows familiar. Clusters are found anew, in deviations from the sample's mean, after every
// `every` observations; until the first time nothing is called new.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "learners/cluster/dbscan.h"
#include "learners/encoders/scaling.h"
#include "sim/core/encoder.h"
#include "sim/core/random.h"

namespace sandlot {

class DbscanNovelty final : public NoveltyDetector {
 public:
  struct Settings {
    double radius = 0.5;
    int min_rows = 3;
    int memory = 2000;
    std::int64_t every = 2000;
    void fields(Fields& f);
    void check(const Space& observation, Issues& issues) const;
  };

  DbscanNovelty(const Settings& settings, const Space& observation, Seed seed);

  void learn(std::span<const float> observations) override;
  bool unfamiliar(std::span<const float> observation) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  void keep(std::span<const float> observation);
  void find();

  Settings settings_;
  std::size_t width_;
  Random random_;
  std::int64_t seen_ = 0;
  std::vector<float> sample_;  // [up to memory, width]
  Scaling scaling_;
  Dbscan dbscan_;
  mutable std::vector<float> scratch_;
};

}  // namespace sandlot
