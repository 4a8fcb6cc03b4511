// K-means (Lloyd 1982, "Least squares quantization in PCM"), begun by k-means++ (Arthur &
// Vassilvitskii 2007), of several candidates for each centre the best.
//
// lloyd: every row is compared with every centre, as a matrix product. bounds: most comparisons are
// spared by the triangle inequality (Hamerly 2010, "Making k-means even faster"), with the same
// result. mini_batch: centres move by batches drawn at random (Sculley 2010, "Web-scale k-means
// clustering"), for many rows. partial_fit() is online k-means: a centre is the mean of all rows
// that it was nearest to (MacQueen 1967).
//
// A centre that no row is nearest to goes to the row that is farthest from its own.
#pragma once

#include <cstdint>
#include <vector>

#include "learners/clusterer.h"
#include "sim/core/random.h"

namespace sandlot {

enum class KMeansMethod : std::uint8_t { lloyd, bounds, mini_batch };

struct KMeansSettings {
  int clusters = 8;
  KMeansMethod method = KMeansMethod::lloyd;
  int restarts = 1;
  int iterations = 300;
  double tolerance = 1e-4;
  int batch = 1024;
  int threads = 1;

  void fields(Fields& f);
  int most_clusters() const { return clusters; }
};

class KMeans final : public Clusterer {
 public:
  using Settings = KMeansSettings;
  static constexpr LearnerFacts kFacts{.incremental = true};

  KMeans(const Settings& settings, const Space& input, Seed seed);

  int clusters() const override { return settings_.clusters; }
  Matrix centres() const override { return centres_; }
  // Of the last fit(): the weighted sum of squared distances to the nearest centre, and the
  // iterations of its best restart.
  double inertia() const { return inertia_; }
  int iterations() const { return iterations_; }

 protected:
  // Throws std::invalid_argument for fewer rows than clusters.
  void do_fit(const MatrixView& x, std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, std::span<const float> weights) override;
  std::int32_t do_predict_row(const float* x) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  void require_rows(const MatrixView& x) const;
  Matrix centres_of_some(const Matrix& x, std::span<const float> weights, Random& random) const;
  void set_centres(const Matrix& centres);

  Settings settings_;
  Seed seed_;
  Matrix centres_;              // [clusters, columns]
  Matrix transposed_;           // [columns, clusters]
  std::vector<double> counts_;  // weight of the rows that each is the mean of
  double inertia_ = 0;
  int iterations_ = 0;
};

}  // namespace sandlot
