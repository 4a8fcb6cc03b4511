// Scores: how good predictions are, with the definitions of scikit-learn where it has one.
//
// A row counts as often as its weight says. A score that the rows cannot tell (R² of a constant,
// AUC without both kinds of rows) is NaN.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "learners/matrix.h"

namespace sandlot {

struct Score {
  std::string name;
  double value;
};

// [truth][prediction], counted by weight.
using Confusion = std::vector<std::vector<double>>;
Confusion confusion_matrix(std::span<const std::int32_t> truth,
                           std::span<const std::int32_t> predictions, int classes,
                           std::span<const float> weights);

double accuracy(const Confusion& confusion);
// The mean recall of the classes that are there.
double balanced_accuracy(const Confusion& confusion);
// The mean over the classes that are there or predicted; 0 for one that is never right.
double macro_f1(const Confusion& confusion);

// probabilities [rows, classes]. The mean of −ln p of the true class, p at least 1e-15.
double log_loss(std::span<const std::int32_t> truth, const MatrixView& probabilities,
                std::span<const float> weights);
// Brier (1950): the mean of the squared differences, summed over the classes; of two classes only
// one is counted, as is usual.
double brier_score(std::span<const std::int32_t> truth, const MatrixView& probabilities,
                   std::span<const float> weights);
// The area under the ROC curve of class 1 or, of more classes, the mean of each against the rest.
double roc_auc(std::span<const std::int32_t> truth, const MatrixView& probabilities,
               std::span<const float> weights);

// Predictions by their confidence, the probability of the class predicted, in bins of equal width.
struct CalibrationBin {
  double weight = 0, confidence = 0, accuracy = 0;  // means; 0 where the bin is empty
};
std::vector<CalibrationBin> calibration(std::span<const std::int32_t> truth,
                                        const MatrixView& probabilities,
                                        std::span<const float> weights, int bins);
// The expected calibration error (Guo et al. 2017, "On calibration of modern neural networks", eq.
// 3) over 15 bins.
double calibration_error(std::span<const std::int32_t> truth, const MatrixView& probabilities,
                         std::span<const float> weights);

double r_squared(std::span<const float> truth, std::span<const float> predictions,
                 std::span<const float> weights);
double mean_absolute_error(std::span<const float> truth, std::span<const float> predictions,
                           std::span<const float> weights);
double root_mean_squared_error(std::span<const float> truth, std::span<const float> predictions,
                               std::span<const float> weights);

// All of them, in the order in which they are shown; accuracy and R² first.
// `probabilities` has no rows where there are none.
std::vector<Score> classification_scores(std::span<const std::int32_t> truth,
                                         std::span<const std::int32_t> predictions,
                                         const MatrixView& probabilities, int classes,
                                         std::span<const float> weights);
// Of each output, with its name behind the score's where there are several.
std::vector<Score> regression_scores(const MatrixView& truth, const MatrixView& predictions,
                                     std::span<const std::string> outputs,
                                     std::span<const float> weights);

// Mean and standard deviation (n − 1) of what is known; NaN where nothing is.
struct MeanDeviation {
  double mean, deviation;
};
MeanDeviation mean_deviation(std::span<const double> values);

}  // namespace sandlot
