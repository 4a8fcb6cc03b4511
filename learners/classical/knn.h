// Nearest neighbours: `knn` (Fix & Hodges 1951; Cover & Hart 1967, "Nearest neighbor pattern
// classification").
//
// A row of weight 2 is two neighbours. Of equally near rows those count that came first. Columns
// are compared as they are: bring them to one scale.
#pragma once

#include <vector>

#include "learners/classifier.h"
#include "learners/neighbours.h"
#include "learners/regressor.h"

namespace sandlot {

enum class NeighbourWeights : std::uint8_t { uniform, distance };

struct KnnSettings {
  int k = 5;
  NeighbourWeights weights = NeighbourWeights::uniform;
  NeighbourMethod method = NeighbourMethod::automatic;
  int threads = 1;

  void fields(Fields& f);
  void check(const Space& input, Issues& issues) const;
};

class KnnRegressor final : public Regressor {
 public:
  using Settings = KnnSettings;
  static constexpr LearnerFacts kFacts{.incremental = true};

  KnnRegressor(const Settings& settings, const Space& input, int outputs, Seed seed);

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, const MatrixView& y,
                      std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override;
  void do_predict_row(std::span<const float> x, std::span<float> out) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  void average(std::span<const Neighbour> neighbours, float* out) const;

  Settings settings_;
  NeighbourIndex index_;
  std::vector<float> targets_;  // [rows, outputs]
};

class KnnClassifier final : public Classifier {
 public:
  using Settings = KnnSettings;
  static constexpr LearnerFacts kFacts{.incremental = true, .probabilities = true};

  KnnClassifier(const Settings& settings, const Space& input, int classes, Seed seed);

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                      std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  void do_probabilities_row(std::span<const float> x, std::span<float> out) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  void vote(std::span<const Neighbour> neighbours, float* out) const;

  Settings settings_;
  NeighbourIndex index_;
  std::vector<std::int32_t> labels_;
};

}  // namespace sandlot
