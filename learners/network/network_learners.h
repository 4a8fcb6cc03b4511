// Networks as plain learners: `mlp`, `cnn` and `impala_cnn` for rows of numbers.
//
// Rows have no order, so that there is nothing to remember from one to the next: recurrent torsos are
// for agents.
#pragma once

#include <vector>

#include "learners/classifier.h"
#include "learners/network/fit.h"
#include "learners/network/torsos.h"
#include "learners/regressor.h"

namespace sandlot {

enum class RegressionLoss : std::uint8_t { mse, huber };

struct NetworkRegressionSettings : FitSettings {
  RegressionLoss loss = RegressionLoss::mse;
  double delta = 1;  // huber
  bool standardize_targets = true;
  void fields(Fields& f);
};

class NetworkRegressor : public Regressor {
 public:
  static constexpr LearnerFacts kFacts{.incremental = true};

  NetworkRegressor(const NetworkRegressionSettings& settings, ArchitectureBuilder torso,
                   const Space& input, int outputs, Seed seed);

  const FitReport& report() const { return fit_.report(); }  // of the last fit()
  const Network& network() const { return fit_.network(); }

 protected:
  void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, const MatrixView& y,
                      std::span<const float> weights) override;
  Matrix do_predict(const MatrixView& x) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  NetworkFit::Loss loss(const Matrix& y) const;
  Matrix scaled(const MatrixView& y) const;

  NetworkRegressionSettings settings_;
  NetworkInputs inputs_;
  Standardizer targets_;
  NetworkFit fit_;
};

class NetworkClassifier : public Classifier {
 public:
  static constexpr LearnerFacts kFacts{.incremental = true, .probabilities = true};

  NetworkClassifier(const FitSettings& settings, ArchitectureBuilder torso, const Space& input,
                    int classes, Seed seed);

  const FitReport& report() const { return fit_.report(); }  // of the last fit()
  const Network& network() const { return fit_.network(); }
  bool export_arrays(ArraySink& sink) const override;

 protected:
  void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
              std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                      std::span<const float> weights) override;
  Matrix do_probabilities(const MatrixView& x) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  NetworkFit::Loss loss(std::span<const std::int32_t> labels) const;

  NetworkInputs inputs_;
  NetworkFit fit_;
};

// The settings of a torso beside those of the learner.
template <class Torso, class Base>
struct TorsoLearnerSettings {
  typename Torso::Settings torso;
  Base learner;
  void fields(Fields& f) {
    torso.fields(f);
    learner.fields(f);
  }
  void check(const Space& input, Issues& issues) const {
    torso.check(input, issues);
    learner.backend.check({}, issues);
  }
};

template <class Torso>
class TorsoRegressor final : public NetworkRegressor {
 public:
  using Settings = TorsoLearnerSettings<Torso, NetworkRegressionSettings>;
  TorsoRegressor(const Settings& settings, const Space& input, int outputs, Seed seed)
      : NetworkRegressor(settings.learner, Torso::torso(settings.torso, input, false), input,
                         outputs, seed) {}
};

template <class Torso>
class TorsoClassifier final : public NetworkClassifier {
 public:
  using Settings = TorsoLearnerSettings<Torso, FitSettings>;
  TorsoClassifier(const Settings& settings, const Space& input, int classes, Seed seed)
      : NetworkClassifier(settings.learner, Torso::torso(settings.torso, input, false), input,
                          classes, seed) {}
};

}  // namespace sandlot
