// Cross-validation (Stone 1974): each row is predicted by what was learnt from other rows.
//
// Folds are taught at the same time; every one has a stream of its own, so that the result is the
// same for any number of threads.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/experiment/learner_model.h"
#include "sim/experiment/scores.h"

namespace sandlot {

struct FoldSettings {
  int folds = 5, repeats = 1;
  bool stratified = true, shuffle = true;
  std::string fold_column;
  void fields(Fields& f);
};

// How much worse predictions get when a column is shuffled (Breiman 2001, section 10; Fisher, Rudin
// & Dominici 2019).
struct PermutationSettings {
  int repeats = 5, rows = 1000;
  void fields(Fields& f);
};

// The fold of each row, from 0 on. With labels each class is dealt out evenly; unshuffled and
// without labels, folds are blocks of rows.
std::vector<int> deal_rows(std::size_t rows, std::span<const std::int32_t> labels, int folds,
                           bool shuffle, Seed seed);

struct FitProblem {  // everything that learning needs
  LearnerChoice learner;
  bool standardize = false;
  Seed seed = 0;
  FeatureCoder features;
  Matrix x;
  Targets targets;
  std::vector<float> weights;             // [rows]
  std::vector<std::vector<int>> fold_of;  // [repeats][rows]
  int folds = 0;
  PermutationSettings permutation;

  int outputs() const {
    return static_cast<int>(targets.classes.empty() ? targets.names.size()
                                                    : targets.classes.size());
  }
};

struct FoldResult {
  int repeat = 0, fold = 0;
  std::vector<Eigen::Index> rows;  // held out
  Prediction prediction;           // of them
  std::vector<Score> scores, baseline;
  std::vector<double> permutation;  // by feature: the fall of accuracy, or of the mean R²
};

struct CrossValidation {
  std::vector<FoldResult> folds;
  // Of every repeat's held-out rows together.
  Targets truth;
  Prediction prediction;
  std::vector<float> weights;
  std::unique_ptr<LearnerModel> model;  // learnt from all rows
};

// `done` is called after each fold, with how many of how many are through, by any thread.
CrossValidation cross_validate(const FitProblem& problem, int threads,
                               const std::function<void(int, int)>& done = {});

// What knows nothing but the training rows' targets: their most frequent class and shares, their
// mean.
Prediction baseline_prediction(const Targets& train, std::span<const float> weights,
                               std::size_t rows);

// By feature; `repeats` shuffles of at most `rows` rows.
std::vector<double> permutation_importances(const LearnerModel& model, const FeatureCoder& features,
                                            const Matrix& x, const Targets& truth,
                                            std::span<const float> weights,
                                            const PermutationSettings& settings, Seed seed);

}  // namespace sandlot
