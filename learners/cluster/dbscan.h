// DBSCAN: what is dense belongs together, the rest is noise (Ester, Kriegel, Sander & Xu 1996, "A
// density-based algorithm for discovering clusters in large spatial databases with noise").
//
// A row is a core row where the weight within `radius`, its own included, reaches `min_rows`. Core
// rows within the radius of each other are one cluster; clusters are numbered by their first core
// row. Another row belongs to the first cluster that has a core row within the radius, or to none:
// it is unlike anything seen. New rows are told in the same way, so that predict() of what was
// learnt from says what fit() found.
#pragma once

#include <vector>

#include "learners/clusterer.h"
#include "learners/neighbours.h"

namespace sandlot {

struct DbscanSettings {
  double radius = 0.5;
  int min_rows = 5;
  int threads = 1;

  void fields(Fields& f);
  int most_clusters() const { return 0; }
};

class Dbscan final : public Clusterer {
 public:
  using Settings = DbscanSettings;
  static constexpr LearnerFacts kFacts{};

  Dbscan(const Settings& settings, const Space& input, Seed seed);

  int clusters() const override { return clusters_; }
  Matrix centres() const override;  // the means of the core rows
  std::size_t core_rows() const { return labels_.size(); }
  // Of the rows of the last fit(), as predict() would tell them; empty after load().
  std::span<const std::int32_t> labels() const { return fitted_labels_; }

 protected:
  void do_fit(const MatrixView& x, std::span<const float> weights) override;
  std::vector<std::int32_t> do_predict(const MatrixView& x) const override;
  std::int32_t do_predict_row(const float* x) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  void keep_core_rows(const MatrixView& x, std::span<const std::uint8_t> core,
                      std::span<const std::int32_t> labels);

  Settings settings_;
  float reach_;  // the radius' square
  int clusters_ = 0;
  NeighbourIndex core_;               // the core rows
  std::vector<std::int32_t> labels_;  // of the core rows
  std::vector<std::int32_t> fitted_labels_;
};

}  // namespace sandlot
