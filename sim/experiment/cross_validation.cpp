#include "sim/experiment/cross_validation.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>

namespace sandlot {
namespace {

using Rows = std::vector<Eigen::Index>;

std::vector<float> pick(std::span<const float> values, const Rows& rows) {
  std::vector<float> some;
  for (const Eigen::Index row : rows) some.push_back(values[static_cast<std::size_t>(row)]);
  return some;
}

std::vector<Score> score(const Targets& truth, const Prediction& p,
                         std::span<const float> weights) {
  if (truth.classes.empty()) return regression_scores(truth.values, p.values, truth.names, weights);
  return classification_scores(truth.labels, p.labels, p.probabilities,
                               static_cast<int>(truth.classes.size()), weights);
}

// Accuracy, or the mean of R² over the outputs.
double main_score(const Targets& truth, const Prediction& p, std::span<const float> weights) {
  if (!truth.classes.empty()) {
    const int classes = static_cast<int>(truth.classes.size());
    return accuracy(confusion_matrix(truth.labels, p.labels, classes, weights));
  }
  const auto scores = regression_scores(truth.values, p.values, truth.names, weights);
  std::vector<double> r2;
  for (std::size_t i = 0; i < scores.size(); i += 3) r2.push_back(scores[i].value);
  return mean_deviation(r2).mean;
}

FoldResult run_fold(const FitProblem& problem, int repeat, int fold) {
  FoldResult result;
  result.repeat = repeat;
  result.fold = fold;
  Rows train;
  const auto& fold_of = problem.fold_of[static_cast<std::size_t>(repeat)];
  for (std::size_t row = 0; row < fold_of.size(); ++row)
    (fold_of[row] == fold ? result.rows : train).push_back(static_cast<Eigen::Index>(row));
  const auto index = static_cast<std::uint64_t>(repeat * problem.folds + fold);
  LearnerModel model(problem.learner, problem.features.inputs(), problem.outputs(),
                     problem.standardize, derive(problem.seed, "fold", index));
  const Targets learnt = problem.targets.of(train), truth = problem.targets.of(result.rows);
  const auto train_weights = pick(problem.weights, train);
  const auto weights = pick(problem.weights, result.rows);
  model.fit(problem.x(train, Eigen::all), learnt, train_weights);
  const Matrix x = problem.x(result.rows, Eigen::all);
  result.prediction = model.predict(x);
  result.scores = score(truth, result.prediction, weights);
  Prediction guess = baseline_prediction(learnt, train_weights, result.rows.size());
  if (result.prediction.probabilities.rows() == 0) guess.probabilities.resize(0, 0);
  result.baseline = score(truth, guess, weights);
  if (problem.permutation.repeats > 0)
    result.permutation =
        permutation_importances(model, problem.features, x, truth, weights, problem.permutation,
                                derive(problem.seed, "permutation", index));
  return result;
}

// Rows of the folds one after another.
void gather(const FitProblem& problem, CrossValidation& cv) {
  Rows rows;
  for (const FoldResult& fold : cv.folds)
    rows.insert(rows.end(), fold.rows.begin(), fold.rows.end());
  cv.truth = problem.targets.of(rows);
  cv.weights = pick(problem.weights, rows);
  const Prediction& first = cv.folds.front().prediction;
  const auto n = static_cast<Eigen::Index>(rows.size());
  if (first.values.size() > 0) cv.prediction.values.resize(n, first.values.cols());
  if (first.probabilities.size() > 0)
    cv.prediction.probabilities.resize(n, first.probabilities.cols());
  Eigen::Index at = 0;
  for (const FoldResult& fold : cv.folds) {
    const Prediction& p = fold.prediction;
    const auto count = static_cast<Eigen::Index>(fold.rows.size());
    if (p.values.size() > 0) cv.prediction.values.middleRows(at, count) = p.values;
    if (p.probabilities.size() > 0)
      cv.prediction.probabilities.middleRows(at, count) = p.probabilities;
    cv.prediction.labels.insert(cv.prediction.labels.end(), p.labels.begin(), p.labels.end());
    at += count;
  }
}

// Calls work(0 … count−1), each once, by so many threads; throws the first error in that order.
void for_each_task(int count, int threads, const std::function<void(int)>& work) {
  std::atomic<int> next{0};
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(count));
  const auto run = [&] {
    for (int i; (i = next++) < count;) {
      try {
        work(i);
      } catch (...) {
        errors[static_cast<std::size_t>(i)] = std::current_exception();
      }
    }
  };
  std::vector<std::thread> others;
  for (int i = 1; i < std::min(threads, count); ++i) others.emplace_back(run);
  run();
  for (auto& thread : others) thread.join();
  for (const auto& error : errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace

void FoldSettings::fields(Fields& f) {
  f.text("fold_column", fold_column,
         "the column that says which fold a row belongs to, instead of dealing them out");
  f.when(fold_column.empty(), "no fold_column", [&] {
    f.integer("folds", folds, "parts that are predicted by what was learnt from the others",
              Range::between(2, 100000));
    f.integer("repeats", repeats, "how often it is done, on other folds each time",
              Range::between(1, 10000));
    f.boolean("stratified", stratified, "every fold holds each class alike (classification)");
    f.boolean("shuffle", shuffle, "rows are dealt out at random, not in their order");
  });
}

void PermutationSettings::fields(Fields& f) {
  f.integer("repeats", repeats, "shuffles of each column in each fold; 0: none",
            Range::between(0, 1000));
  f.integer("rows", rows, "held-out rows of each fold that are used, at most",
            Range::between(1, 1e9));
}

std::vector<int> deal_rows(std::size_t rows, std::span<const std::int32_t> labels, int folds,
                           bool shuffle, Seed seed) {
  std::vector<std::size_t> order(rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(derive(seed, "folds"));
  if (shuffle) random.shuffle(order);
  std::vector<int> fold_of(rows);
  if (labels.empty()) {
    for (std::size_t i = 0; i < rows; ++i)
      fold_of[order[i]] = static_cast<int>(i * static_cast<std::size_t>(folds) / rows);
    return fold_of;
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return labels[a] < labels[b]; });
  // One after another, whatever the class: the folds are of equal size, and so is each class in
  // them.
  for (std::size_t i = 0; i < rows; ++i)
    fold_of[order[i]] = static_cast<int>(i % static_cast<std::size_t>(folds));
  return fold_of;
}

Prediction baseline_prediction(const Targets& train, std::span<const float> weights,
                               std::size_t rows) {
  Prediction guess;
  const auto n = static_cast<Eigen::Index>(rows);
  double total = 0;
  for (const float weight : weights) total += static_cast<double>(weight);
  if (train.classes.empty()) {
    guess.values.resize(n, train.values.cols());
    for (Eigen::Index k = 0; k < train.values.cols(); ++k) {
      double sum = 0;
      for (std::size_t row = 0; row < weights.size(); ++row)
        sum += static_cast<double>(weights[row]) *
               static_cast<double>(train.values(static_cast<Eigen::Index>(row), k));
      guess.values.col(k).setConstant(static_cast<float>(sum / total));
    }
    return guess;
  }
  std::vector<double> shares(train.classes.size(), 0.0);
  for (std::size_t row = 0; row < weights.size(); ++row)
    shares[static_cast<std::size_t>(train.labels[row])] +=
        static_cast<double>(weights[row]) / total;
  const auto best = std::max_element(shares.begin(), shares.end()) - shares.begin();
  guess.labels.assign(rows, static_cast<std::int32_t>(best));
  guess.probabilities.resize(n, static_cast<Eigen::Index>(shares.size()));
  for (std::size_t k = 0; k < shares.size(); ++k)
    guess.probabilities.col(static_cast<Eigen::Index>(k))
        .setConstant(static_cast<float>(shares[k]));
  return guess;
}

std::vector<double> permutation_importances(const LearnerModel& model, const FeatureCoder& features,
                                            const Matrix& x, const Targets& truth,
                                            std::span<const float> weights,
                                            const PermutationSettings& settings, Seed seed) {
  Rows rows(static_cast<std::size_t>(x.rows()));
  std::iota(rows.begin(), rows.end(), Eigen::Index{0});
  if (rows.size() > static_cast<std::size_t>(settings.rows)) {
    Random random(derive(seed, "rows"));
    random.shuffle(rows);
    rows.resize(static_cast<std::size_t>(settings.rows));
  }
  const Matrix before = x(rows, Eigen::all);
  const Targets some = truth.of(rows);
  const auto some_weights = pick(weights, rows);
  const double whole = main_score(some, model.predict(before), some_weights);
  std::vector<double> falls;
  for (std::size_t i = 0; i < features.features().size(); ++i) {
    const Feature& feature = features.features()[i];
    Random random(derive(seed, "feature", i));
    double sum = 0;
    for (int k = 0; k < settings.repeats; ++k) {
      Rows order(rows.size());
      std::iota(order.begin(), order.end(), Eigen::Index{0});
      random.shuffle(order);
      Matrix shuffled = before;
      // The inputs of one column together: a category stays one.
      shuffled.middleCols(feature.first, feature.inputs()) =
          before.middleCols(feature.first, feature.inputs())(order, Eigen::all);
      sum += whole - main_score(some, model.predict(shuffled), some_weights);
    }
    falls.push_back(sum / settings.repeats);
  }
  return falls;
}

CrossValidation cross_validate(const FitProblem& problem, int threads,
                               const std::function<void(int, int)>& done) {
  const int folds = problem.folds * static_cast<int>(problem.fold_of.size());
  CrossValidation cv;
  cv.folds.resize(static_cast<std::size_t>(folds));
  cv.model =
      std::make_unique<LearnerModel>(problem.learner, problem.features.inputs(), problem.outputs(),
                                     problem.standardize, derive(problem.seed, "all rows"));
  std::atomic<int> finished{0};
  for_each_task(folds + 1, threads, [&](int i) {
    if (i == 0)  // the longest
      cv.model->fit(problem.x, problem.targets, problem.weights);
    else
      cv.folds[static_cast<std::size_t>(i - 1)] =
          run_fold(problem, (i - 1) / problem.folds, (i - 1) % problem.folds);
    if (done) done(++finished, folds + 1);
  });
  gather(problem, cv);
  return cv;
}

}  // namespace sandlot
