#include "sim/experiment/scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace sandlot {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kCalibrationBins = 15;

double ratio(double part, double whole) { return whole > 0 ? part / whole : kNaN; }

// The weighted mean of value(row).
template <class Value>
double mean(std::size_t rows, std::span<const float> weights, Value value) {
  double sum = 0, total = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto weight = static_cast<double>(weights[row]);
    sum += weight * value(row);
    total += weight;
  }
  return ratio(sum, total);
}

double probability(const MatrixView& p, std::size_t row, std::int32_t label) {
  return static_cast<double>(p(static_cast<Eigen::Index>(row), label));
}

double row_sum(const Confusion& c, std::size_t k) {
  return std::accumulate(c[k].begin(), c[k].end(), 0.0);
}

double column_sum(const Confusion& c, std::size_t k) {
  double sum = 0;
  for (const auto& row : c) sum += row[k];
  return sum;
}

// The chance that a row of the class is scored above another one, half where they are equal: the
// Mann–Whitney statistic.
double auc_of_class(std::span<const std::int32_t> truth, const MatrixView& probabilities,
                    std::int32_t label, std::span<const float> weights) {
  std::vector<std::size_t> order(truth.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto score = [&](std::size_t row) { return probability(probabilities, row, label); };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return score(a) < score(b); });
  double below = 0, inside = 0, area = 0;  // weights of the others passed, and of the class
  for (std::size_t i = 0; i < order.size();) {
    double others = 0, own = 0;
    const double value = score(order[i]);
    for (; i < order.size() && score(order[i]) == value; ++i)
      (truth[order[i]] == label ? own : others) += static_cast<double>(weights[order[i]]);
    area += own * (below + others / 2);
    below += others;
    inside += own;
  }
  return ratio(area, below * inside);
}

}  // namespace

Confusion confusion_matrix(std::span<const std::int32_t> truth,
                           std::span<const std::int32_t> predictions, int classes,
                           std::span<const float> weights) {
  const auto n = static_cast<std::size_t>(classes);
  Confusion confusion(n, std::vector<double>(n, 0.0));
  for (std::size_t row = 0; row < truth.size(); ++row)
    confusion[static_cast<std::size_t>(truth[row])][static_cast<std::size_t>(predictions[row])] +=
        static_cast<double>(weights[row]);
  return confusion;
}

double accuracy(const Confusion& confusion) {
  double right = 0, all = 0;
  for (std::size_t k = 0; k < confusion.size(); ++k) {
    right += confusion[k][k];
    all += row_sum(confusion, k);
  }
  return ratio(right, all);
}

double balanced_accuracy(const Confusion& confusion) {
  double sum = 0, count = 0;
  for (std::size_t k = 0; k < confusion.size(); ++k) {
    const double all = row_sum(confusion, k);
    if (all > 0) sum += confusion[k][k] / all, ++count;
  }
  return ratio(sum, count);
}

double macro_f1(const Confusion& confusion) {
  double sum = 0, count = 0;
  for (std::size_t k = 0; k < confusion.size(); ++k) {
    const double both = row_sum(confusion, k) + column_sum(confusion, k);
    if (both > 0) sum += 2 * confusion[k][k] / both, ++count;
  }
  return ratio(sum, count);
}

double log_loss(std::span<const std::int32_t> truth, const MatrixView& probabilities,
                std::span<const float> weights) {
  return mean(truth.size(), weights, [&](std::size_t row) {
    return -std::log(std::clamp(probability(probabilities, row, truth[row]), 1e-15, 1.0));
  });
}

double brier_score(std::span<const std::int32_t> truth, const MatrixView& probabilities,
                   std::span<const float> weights) {
  const auto classes = static_cast<std::int32_t>(probabilities.cols());
  const double sum = mean(truth.size(), weights, [&](std::size_t row) {
    double squares = 0;
    for (std::int32_t k = 0; k < classes; ++k) {
      const double miss = probability(probabilities, row, k) - (truth[row] == k ? 1.0 : 0.0);
      squares += miss * miss;
    }
    return squares;
  });
  return classes == 2 ? sum / 2 : sum;
}

double roc_auc(std::span<const std::int32_t> truth, const MatrixView& probabilities,
               std::span<const float> weights) {
  const auto classes = static_cast<std::int32_t>(probabilities.cols());
  if (classes == 2) return auc_of_class(truth, probabilities, 1, weights);
  std::vector<double> areas;
  for (std::int32_t k = 0; k < classes; ++k)
    areas.push_back(auc_of_class(truth, probabilities, k, weights));
  return mean_deviation(areas).mean;
}

std::vector<CalibrationBin> calibration(std::span<const std::int32_t> truth,
                                        const MatrixView& probabilities,
                                        std::span<const float> weights, int bins) {
  std::vector<CalibrationBin> all(static_cast<std::size_t>(bins));
  for (std::size_t row = 0; row < truth.size(); ++row) {
    Eigen::Index predicted = 0;
    const auto confidence =
        static_cast<double>(probabilities.row(static_cast<Eigen::Index>(row)).maxCoeff(&predicted));
    // A bin holds its upper end: (0, 1/15], (1/15, 2/15], …
    const double at = std::ceil(confidence * bins) - 1;
    CalibrationBin& bin = all[static_cast<std::size_t>(std::clamp(at, 0.0, bins - 1.0))];
    const auto weight = static_cast<double>(weights[row]);
    bin.weight += weight;
    bin.confidence += weight * confidence;
    if (truth[row] == static_cast<std::int32_t>(predicted)) bin.accuracy += weight;
  }
  for (CalibrationBin& bin : all) {
    if (bin.weight <= 0) continue;
    bin.confidence /= bin.weight;
    bin.accuracy /= bin.weight;
  }
  return all;
}

double calibration_error(std::span<const std::int32_t> truth, const MatrixView& probabilities,
                         std::span<const float> weights) {
  double error = 0, all = 0;
  for (const CalibrationBin& bin : calibration(truth, probabilities, weights, kCalibrationBins)) {
    error += bin.weight * std::abs(bin.accuracy - bin.confidence);
    all += bin.weight;
  }
  return ratio(error, all);
}

double r_squared(std::span<const float> truth, std::span<const float> predictions,
                 std::span<const float> weights) {
  const double middle =
      mean(truth.size(), weights, [&](std::size_t row) { return static_cast<double>(truth[row]); });
  const double spread = mean(truth.size(), weights, [&](std::size_t row) {
    const double distance = static_cast<double>(truth[row]) - middle;
    return distance * distance;
  });
  const double error = root_mean_squared_error(truth, predictions, weights);
  return spread > 0 ? 1 - error * error / spread : kNaN;
}

double mean_absolute_error(std::span<const float> truth, std::span<const float> predictions,
                           std::span<const float> weights) {
  return mean(truth.size(), weights, [&](std::size_t row) {
    return std::abs(static_cast<double>(truth[row]) - static_cast<double>(predictions[row]));
  });
}

double root_mean_squared_error(std::span<const float> truth, std::span<const float> predictions,
                               std::span<const float> weights) {
  return std::sqrt(mean(truth.size(), weights, [&](std::size_t row) {
    const double miss = static_cast<double>(truth[row]) - static_cast<double>(predictions[row]);
    return miss * miss;
  }));
}

std::vector<Score> classification_scores(std::span<const std::int32_t> truth,
                                         std::span<const std::int32_t> predictions,
                                         const MatrixView& probabilities, int classes,
                                         std::span<const float> weights) {
  const Confusion confusion = confusion_matrix(truth, predictions, classes, weights);
  std::vector<Score> scores{{"accuracy", accuracy(confusion)},
                            {"balanced_accuracy", balanced_accuracy(confusion)},
                            {"macro_f1", macro_f1(confusion)}};
  if (probabilities.rows() == 0) return scores;
  scores.push_back({"log_loss", log_loss(truth, probabilities, weights)});
  scores.push_back({"brier", brier_score(truth, probabilities, weights)});
  scores.push_back({"calibration_error", calibration_error(truth, probabilities, weights)});
  scores.push_back({"roc_auc", roc_auc(truth, probabilities, weights)});
  return scores;
}

std::vector<Score> regression_scores(const MatrixView& truth, const MatrixView& predictions,
                                     std::span<const std::string> outputs,
                                     std::span<const float> weights) {
  std::vector<Score> scores;
  const auto column = [](const MatrixView& m, std::size_t i) {
    const Eigen::VectorXf values = m.col(static_cast<Eigen::Index>(i));
    return std::vector<float>(values.begin(), values.end());
  };
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto y = column(truth, i), guess = column(predictions, i);
    const std::string behind = outputs.size() > 1 ? " " + outputs[i] : "";
    scores.push_back({"r2" + behind, r_squared(y, guess, weights)});
    scores.push_back({"mae" + behind, mean_absolute_error(y, guess, weights)});
    scores.push_back({"rmse" + behind, root_mean_squared_error(y, guess, weights)});
  }
  return scores;
}

MeanDeviation mean_deviation(std::span<const double> values) {
  double sum = 0, squares = 0;
  int count = 0;
  for (const double value : values)
    if (std::isfinite(value)) sum += value, ++count;
  if (count == 0) return {kNaN, kNaN};
  const double middle = sum / count;
  for (const double value : values)
    if (std::isfinite(value)) squares += (value - middle) * (value - middle);
  return {middle, count > 1 ? std::sqrt(squares / (count - 1)) : kNaN};
}

}  // namespace sandlot
