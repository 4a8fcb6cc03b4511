// What `sandlot fit` found, as text: summaries of scores, and the CSV files of a folder of results.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/fit_config.h"

namespace sandlot {

struct ScoreSummary {
  std::string name;                 // as in scores.csv
  MeanDeviation learner, baseline;  // over the folds
};
std::vector<ScoreSummary> summarize_scores(const CrossValidation& cv);
// "balanced accuracy", "R² (price)".
std::string score_label(const std::string& name);
// "0.9533 ± 0.0298".
std::string with_deviation(const MeanDeviation& value);

// One line per fold: the learner's scores and the baseline's.
std::string scores_csv(const Fit& fit, const CrossValidation& cv);
// Each row as it was predicted while it was held out.
std::string predictions_csv(const Fit& fit, const CrossValidation& cv);
// Rows that nobody knows the truth of.
std::string predictions_csv(const std::vector<std::string>& targets,
                            const std::vector<std::string>& classes, const Prediction& prediction);

}  // namespace sandlot
