#include "sim/experiment/cross_validation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "sim/experiment/fit_results.h"
#include "tests/sim/experiment/fit_files.h"

using namespace sandlot;

namespace {

const char* kForest =
    "name: t\ntarget: class\nlearner: {learner: random_forest, trees: 10}\n"
    "cross_validation: {folds: 4, repeats: 2}\npermutation: {repeats: 3}\n";

std::string fingerprint(const Fit& fit, const CrossValidation& cv) {
  Writer model;
  cv.model->save(model);
  const auto bytes = model.bytes();
  std::string all = scores_csv(fit, cv) + predictions_csv(fit, cv);
  for (const auto& fold : cv.folds)
    for (const double fall : fold.permutation) all += std::to_string(fall) + " ";
  return all + std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

TEST_CASE("folds: each row is in one, and classes and sizes are even") {
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 103; ++i) labels.push_back(i < 70 ? 0 : i < 100 ? 1 : 2);
  for (const bool shuffle : {false, true}) {
    const auto folds = deal_rows(103, labels, 5, shuffle, 1);
    for (int fold = 0; fold < 5; ++fold) {
      const auto size = static_cast<double>(std::count(folds.begin(), folds.end(), fold));
      CHECK(std::abs(size - 20.6) < 1);
      for (const auto& [label, count] : {std::pair(0, 14.0), {1, 6.0}, {2, 0.6}}) {
        int here = 0;
        for (std::size_t row = 0; row < labels.size(); ++row)
          here += folds[row] == fold && labels[row] == label;
        CHECK(std::abs(here - count) <= 1);
      }
    }
  }
  CHECK(deal_rows(7, {}, 3, false, 1) == std::vector<int>{0, 0, 0, 1, 1, 2, 2});
  CHECK(deal_rows(50, {}, 3, true, 1) == deal_rows(50, {}, 3, true, 1));
  CHECK(deal_rows(50, {}, 3, true, 1) != deal_rows(50, {}, 3, true, 2));
}

TEST_CASE("cross-validation: rows are predicted by what has not seen them") {
  const TemporaryFolder folder;
  // The class is in a number that no other row has: a tree can only remember it.
  std::string csv = "id,class\n";
  Random random(9);
  for (int i = 0; i < 300; ++i)
    csv += std::to_string(random.uniform()) + "," + (random.bernoulli(0.5) ? "a" : "b") + "\n";
  const Fit fit = fit_of(folder, "name: t\nlearner: {learner: decision_tree}\n", csv);
  const CrossValidation cv = cross_validate(fit.problem, 1);
  const auto scores = summarize_scores(cv);
  // Coin tosses: 0.5 with a standard error of 0.029; a leak gives 1.
  CHECK(scores[0].learner.mean > 0.4);
  CHECK(scores[0].learner.mean < 0.6);
  const Prediction all = cv.model->predict(fit.problem.x);
  CHECK(all.labels == fit.problem.targets.labels);
}

TEST_CASE("cross-validation: any number of threads gives the same bytes") {
  const TemporaryFolder folder;
  const Fit fit = fit_of(folder, kForest, three_classes(90));
  const std::string one = fingerprint(fit, cross_validate(fit.problem, 1));
  for (const int threads : {2, 5, 100}) {
    const bool same = fingerprint(fit, cross_validate(fit.problem, threads)) == one;
    CHECK(same);
  }
}

TEST_CASE("cross-validation: what matters is told from noise, and from the baseline") {
  const TemporaryFolder folder;
  const Fit fit = fit_of(folder, kForest, three_classes(150));
  const CrossValidation cv = cross_validate(fit.problem, 2);
  REQUIRE(cv.folds.size() == 8);
  CHECK(cv.truth.rows() == 300);
  const auto scores = summarize_scores(cv);
  CHECK(scores[0].name == "accuracy");
  CHECK(scores[0].learner.mean > 0.95);
  CHECK(scores[0].baseline.mean == doctest::Approx(1.0 / 3).epsilon(0.05));
  CHECK(scores[3].baseline.mean == doctest::Approx(std::log(3.0)).epsilon(0.01));
  CHECK(scores[6].baseline.mean == 0.5);
  for (const FoldResult& fold : cv.folds) {
    REQUIRE(fold.permutation.size() == 3);
    CHECK(fold.permutation[0] > 0.3);  // shuffled, a third is right by chance
    CHECK(std::abs(fold.permutation[1]) < 0.1);
    CHECK(std::abs(fold.permutation[2]) < 0.1);
  }
}

TEST_CASE("cross-validation: numbers, with the mean as the baseline") {
  const TemporaryFolder folder;
  std::string csv = "x,y,z\n";
  for (int i = 0; i < 60; ++i)
    csv += std::to_string(i % 10) + "," + std::to_string(i % 10 * 2 + 0.5) + "," +
           std::to_string(i % 10 < 5 ? -1 : 1) + "\n";
  const Fit fit =
      fit_of(folder, "name: t\ntarget: [y, z]\nlearner: {learner: decision_tree}\n", csv);
  const CrossValidation cv = cross_validate(fit.problem, 1);
  const auto scores = summarize_scores(cv);
  REQUIRE(scores.size() == 6);
  CHECK(scores[0].name == "r2 y");
  CHECK(scores[0].learner.mean == 1);
  CHECK(scores[3].learner.mean == 1);
  CHECK(scores[0].baseline.mean < 0);  // a mean of other rows is worse than their own
  CHECK(scores[2].baseline.mean > 5);
  CHECK(predictions_csv(fit, cv).starts_with(
      "row,repeat,fold,truth_y,prediction_y,truth_z,prediction_z\n1,1,"));
}

TEST_CASE("cross-validation: a row of weight 0 is not learnt from, and inputs are standardised") {
  const TemporaryFolder folder;
  std::string csv = "x,w,class\n";
  for (int i = 0; i < 40; ++i) {
    csv += std::to_string(i % 2 * 1000 + i % 5) + ",1," + (i % 2 ? "a" : "b") + "\n";
    csv += std::to_string(i % 2 * 1000 + i % 5) + ",0," + (i % 2 ? "b" : "a") + "\n";
  }
  for (const char* learner : {"{learner: decision_tree}", "{learner: mlp, epochs: 100}"}) {
    const Fit fit = fit_of(
        folder, std::string("name: t\nweight: w\nstandardize: true\nlearner: ") + learner + "\n",
        csv);
    CHECK(summarize_scores(cross_validate(fit.problem, 2))[0].learner.mean == 1);
  }
}

TEST_CASE("cross-validation: a learner without probabilities is not scored by them") {
  const TemporaryFolder folder;
  const Fit fit = fit_of(folder,
                         "name: t\ntarget: class\nlearner: {learner: voting, voting: hard, "
                         "members: [decision_tree, random_forest]}\n",
                         three_classes(60));
  const CrossValidation cv = cross_validate(fit.problem, 2);
  CHECK(cv.folds[0].scores.size() == cv.folds[0].baseline.size());
}

TEST_CASE("model: saved and loaded it predicts the same; a damaged or foreign one is refused") {
  const TemporaryFolder folder;
  const Registry& registry = all_registered();
  const Fit fit = fit_of(folder, std::string(kForest) + "standardize: true\n", three_classes(60));
  CrossValidation cv = cross_validate(fit.problem, 1);
  const Prediction before = cv.model->predict(fit.problem.x);
  const FitProblem& p = fit.problem;
  TrainedLearner trained{p.learner,         p.standardize,      p.seed, p.features, p.targets.names,
                         p.targets.classes, std::move(cv.model)};
  const auto path = folder / "model";
  trained.save(registry, path);
  const TrainedLearner again = TrainedLearner::load(registry, path);
  std::vector<Problem> problems;
  const Matrix x = again.features.encode(CsvTable::read(folder / "t.csv"), false, problems);
  CHECK(problems.empty());
  const Prediction after = again.model->predict(x);
  CHECK(after.labels == before.labels);
  CHECK(after.probabilities == before.probabilities);
  CHECK(again.classes == p.targets.classes);
  again.features.encode(CsvTable::parse("x,noise,color\n1,2,green\n1,2,red\n", "new.csv"), false,
                        problems);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].describe() ==
        "new.csv:2:5: expected a category that was there when it learnt, not 'green' (column "
        "'color')");
  const std::string whole = text_of(path);
  for (const std::size_t cut :
       {std::size_t{0}, std::size_t{40}, whole.size() / 2, whole.size() - 1}) {
    write_text(path, whole.substr(0, cut));
    CHECK_THROWS_AS(TrainedLearner::load(registry, path), ArchiveError);
  }
}
