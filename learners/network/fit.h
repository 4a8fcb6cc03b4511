// NetworkFit: a network taught from rows of examples, for as long as that helps.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "learners/matrix.h"
#include "learners/network/network.h"
#include "learners/standardizer.h"

namespace sandlot {

struct EarlyStoppingSettings {
  double validation = 0;  // share of the rows
  int patience = 10;      // epochs
  void fields(Fields& f);
};

// What network learners have in common, besides the network's own settings.
struct FitSettings {
  BackendSettings backend;
  OptimizerSettings optimizer;
  int epochs = 100;
  int batch = 32;  // 0: all rows
  EarlyStoppingSettings early_stopping;
  bool standardize = true;
  void fields(Fields& f);
};

struct FitReport {
  std::vector<double> training, validation;  // mean loss of each epoch
  int best_epoch = 0;                        // the one whose weights were kept, from 1
  int epochs() const { return static_cast<int>(training.size()); }
};

class NetworkFit {
 public:
  NetworkFit(const Architecture& architecture, const FitSettings& settings, Seed seed);

  // The loss of some rows, whose `outputs` [rows, outputs] are given, as in loss.h; `weights` has one
  // for each of them.
  using Loss = std::function<double(std::span<const Eigen::Index> rows, const float* outputs,
                                    const float* weights, float* gradient)>;
  // Which rows are learnt from, and which are held back.
  struct Split {
    std::vector<Eigen::Index> training, validation;
  };

  Network& network() const { return *network_; }
  const FitReport& report() const { return report_; }

  void restart();  // as constructed
  Split split(Eigen::Index rows) const;
  // Throws std::runtime_error where the loss is not finite any more.
  void run(const Matrix& x, std::span<const float> weights, const Split& split, const Loss& loss);
  // Each row once.
  void pass(const Matrix& x, std::span<const float> weights, const Loss& loss);
  Matrix predict(const Matrix& x) const;

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  double epoch(const Matrix& x, std::span<const float> weights, std::vector<Eigen::Index>& rows,
               const Loss& loss);
  double measure(const Matrix& x, std::span<const float> weights,
                 std::span<const Eigen::Index> rows, const Loss& loss);

  FitSettings settings_;
  Seed seed_;
  Architecture architecture_;
  std::unique_ptr<Network> network_;
  mutable std::mutex evaluating_;  // a network evaluates into buffers of its own
  Random order_;
  std::int64_t steps_ = 0;  // of the optimiser
  FitReport report_;
  std::vector<float> values_, gradient_, row_weights_;
};

// Rows of a space as a network wants them: numbers one-hot, boxes standardised.
class NetworkInputs {
 public:
  NetworkInputs(const Space& space, bool standardize)
      : space_(space), standardize_(standardize && !space.is_discrete()), standardizer_(space.size()) {}

  void fit(const MatrixView& x, std::span<const float> weights,
           std::span<const Eigen::Index> rows) {
    if (standardize_) standardizer_.fit(x, weights, rows);
  }
  Matrix operator()(const MatrixView& x) const;
  const Space& space() const { return space_; }
  const Standardizer& standardizer() const { return standardizer_; }

  void save(Writer& out) const { standardizer_.save(out); }
  void load(Reader& in) { standardizer_.load(in); }

 private:
  Space space_;
  bool standardize_;
  Standardizer standardizer_;
};

}  // namespace sandlot
