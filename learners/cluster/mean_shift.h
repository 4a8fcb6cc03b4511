// Mean-shift: rows climb to the nearest mode of their density (Fukunaga & Hostetler 1975; Comaniciu
// & Meer 2002, "Mean shift: a robust approach toward feature space analysis").
//
// A seed moves to the weighted mean of what is near it until it stays. Modes closer than the
// bandwidth are one, the one with more rows near it. flat: all rows within the bandwidth count
// alike; gaussian: by exp(−d² / (2 bandwidth²)), up to four bandwidths, where it is 0.0003.
//
// bandwidth 0: the mean distance to the row's (quantile · rows)-th neighbour, itself among them, of
// up to `sample` rows.
#pragma once

#include <cstdint>
#include <vector>

#include "learners/clusterer.h"
#include "learners/neighbours.h"

namespace sandlot {

enum class MeanShiftKernel : std::uint8_t { flat, gaussian };

struct MeanShiftSettings {
  MeanShiftKernel kernel = MeanShiftKernel::flat;
  double bandwidth = 0;
  double quantile = 0.3;
  int sample = 2000;
  bool bin_seeding = false;
  int min_bin_rows = 1;
  bool keep_outliers = true;
  int iterations = 300;
  int threads = 1;

  void fields(Fields& f);
  int most_clusters() const { return 0; }
};

class MeanShift final : public Clusterer {
 public:
  using Settings = MeanShiftSettings;
  static constexpr LearnerFacts kFacts{};

  MeanShift(const Settings& settings, const Space& input, Seed seed);

  int clusters() const override { return static_cast<int>(centres_.rows()); }
  Matrix centres() const override { return centres_; }
  double bandwidth() const { return bandwidth_; }  // as given, or as estimated by fit()

 protected:
  // Throws std::invalid_argument where a bandwidth of 0 is estimated: more rows are equal than
  // `quantile` asks for.
  void do_fit(const MatrixView& x, std::span<const float> weights) override;
  std::int32_t do_predict_row(const float* x) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  struct Mode {
    std::vector<float> at;
    double weight = 0;  // of the rows within the bandwidth
  };

  double estimate_bandwidth(const MatrixView& x) const;
  Matrix seeds(const MatrixView& x) const;
  Mode climb(const NeighbourIndex& index, const float* from, std::vector<Neighbour>& near) const;
  void merge(std::vector<Mode> modes);

  Settings settings_;
  Seed seed_;
  double bandwidth_ = 0;
  Matrix centres_;  // [clusters, columns]: most rows first
};

}  // namespace sandlot
