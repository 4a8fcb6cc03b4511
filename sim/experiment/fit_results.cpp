#include "sim/experiment/fit_results.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <map>

#include "sim/config/writer.h"
#include "sim/experiment/chart.h"

namespace sandlot {
namespace {

std::string text_of(float value) {
  char text[32];
  const auto result = std::to_chars(text, text + sizeof text, value);
  return {text, result.ptr};
}

std::string text_of(double value) {
  return std::isfinite(value) ? SettingsWriter::format(value) : "";
}

std::string name_of(const std::string& prefix, const std::vector<std::string>& names,
                    std::size_t i) {
  return csv_field(names.size() > 1 ? prefix + "_" + names[i] : prefix);
}

// The columns that follow row, repeat and fold.
std::string prediction_header(const std::vector<std::string>& targets,
                              const std::vector<std::string>& classes, const Prediction& p,
                              bool truth) {
  std::string line;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (truth) line += "," + name_of("truth", targets, i);
    line += "," + name_of("prediction", targets, i);
  }
  if (p.probabilities.rows() > 0)
    for (const auto& name : classes) line += "," + csv_field("p_" + name);
  return line + "\n";
}

std::string prediction_cells(const std::vector<std::string>& classes, const Prediction& p,
                             const Targets* truth, Eigen::Index at, Eigen::Index truth_row) {
  std::string line;
  const auto i = static_cast<std::size_t>(at);
  if (classes.empty()) {
    for (Eigen::Index k = 0; k < p.values.cols(); ++k) {
      if (truth) line += "," + text_of(truth->values(truth_row, k));
      line += "," + text_of(p.values(at, k));
    }
    return line;
  }
  const auto name = [&](std::int32_t label) {
    return csv_field(classes[static_cast<std::size_t>(label)]);
  };
  if (truth) line += "," + name(truth->labels[static_cast<std::size_t>(truth_row)]);
  line += "," + name(p.labels[i]);
  if (p.probabilities.rows() > 0)
    for (Eigen::Index k = 0; k < p.probabilities.cols(); ++k)
      line += "," + text_of(p.probabilities(at, k));
  return line;
}

std::string fold_name(const Fit& fit, const FoldResult& fold) {
  return fit.fold_names.empty() ? std::to_string(fold.fold + 1)
                                : csv_field(fit.fold_names[static_cast<std::size_t>(fold.fold)]);
}

}  // namespace

std::vector<ScoreSummary> summarize_scores(const CrossValidation& cv) {
  std::vector<ScoreSummary> all;
  for (std::size_t i = 0; i < cv.folds.front().scores.size(); ++i) {
    std::vector<double> learner, baseline;
    for (const FoldResult& fold : cv.folds) {
      learner.push_back(fold.scores[i].value);
      baseline.push_back(fold.baseline[i].value);
    }
    all.push_back(
        {cv.folds.front().scores[i].name, mean_deviation(learner), mean_deviation(baseline)});
  }
  return all;
}

std::string score_label(const std::string& name) {
  static const std::map<std::string, std::string> kLabels{
      {"accuracy", "accuracy"}, {"balanced_accuracy", "balanced accuracy"},
      {"macro_f1", "macro F1"}, {"log_loss", "log loss"},
      {"brier", "Brier score"}, {"calibration_error", "calibration error"},
      {"roc_auc", "ROC AUC"},   {"r2", "R²"},
      {"mae", "MAE"},           {"rmse", "RMSE"}};
  const std::size_t end = name.find(' ');
  const std::string label = kLabels.at(name.substr(0, end));
  return end == std::string::npos ? label : label + " (" + name.substr(end + 1) + ")";
}

std::string with_deviation(const MeanDeviation& value) {
  if (!std::isfinite(value.mean)) return "–";
  const double deviation = std::isfinite(value.deviation) ? value.deviation : 0;
  const double size = std::max(std::abs(value.mean), deviation);
  // As many decimals as the larger of the two has four digits by; the other is as exact.
  const int decimals = size > 0 ? 3 - static_cast<int>(std::floor(std::log10(size))) : 4;
  const auto text = [&](double number) {
    if (size >= 1e6 || size < 1e-3) return short_number(number);
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.*f", std::clamp(decimals, 0, 4), std::abs(number));
    return (number < 0 ? "−" : "") + std::string(digits);
  };
  return text(value.mean) + (std::isfinite(value.deviation) ? " ± " + text(deviation) : "");
}

std::string scores_csv(const Fit& fit, const CrossValidation& cv) {
  std::string text = "repeat,fold,rows";
  for (const Score& score : cv.folds.front().scores) text += "," + csv_field(score.name);
  for (const Score& score : cv.folds.front().scores)
    text += "," + csv_field("baseline_" + score.name);
  text += "\n";
  for (const FoldResult& fold : cv.folds) {
    text += std::to_string(fold.repeat + 1) + "," + fold_name(fit, fold) + "," +
            std::to_string(fold.rows.size());
    for (const Score& score : fold.scores) text += "," + text_of(score.value);
    for (const Score& score : fold.baseline) text += "," + text_of(score.value);
    text += "\n";
  }
  return text;
}

std::string predictions_csv(const Fit& fit, const CrossValidation& cv) {
  const Targets& truth = fit.problem.targets;
  std::string text = "row,repeat,fold" + prediction_header(truth.names, truth.classes,
                                                           cv.folds.front().prediction, true);
  std::map<std::pair<int, Eigen::Index>, std::string> lines;  // by repeat and row
  for (const FoldResult& fold : cv.folds)
    for (std::size_t i = 0; i < fold.rows.size(); ++i)
      lines[{fold.repeat, fold.rows[i]}] =
          std::to_string(fold.rows[i] + 1) + "," + std::to_string(fold.repeat + 1) + "," +
          fold_name(fit, fold) +
          prediction_cells(truth.classes, fold.prediction, &truth, static_cast<Eigen::Index>(i),
                           fold.rows[i]) +
          "\n";
  for (const auto& [place, line] : lines) text += line;
  return text;
}

std::string predictions_csv(const std::vector<std::string>& targets,
                            const std::vector<std::string>& classes, const Prediction& prediction) {
  std::string text = "row" + prediction_header(targets, classes, prediction, false);
  const auto rows = classes.empty() ? prediction.values.rows()
                                    : static_cast<Eigen::Index>(prediction.labels.size());
  for (Eigen::Index row = 0; row < rows; ++row)
    text +=
        std::to_string(row + 1) + prediction_cells(classes, prediction, nullptr, row, row) + "\n";
  return text;
}

}  // namespace sandlot
