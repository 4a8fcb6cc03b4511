// Against values by hand and, where it says so, what scikit-learn 1.2.1 printed for the same rows.
#include "sim/experiment/scores.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace sandlot;

namespace {

using Labels = std::vector<std::int32_t>;
using Floats = std::vector<float>;

const Labels kTruth{0, 1, 2, 2, 1, 0, 2, 1};
const Labels kGuess{0, 2, 2, 2, 1, 0, 1, 1};
const Floats kOnes(8, 1.0f);

Matrix probabilities() {
  Matrix p(8, 3);
  p << .7f, .2f, .1f, .1f, .4f, .5f, .2f, .2f, .6f, .1f, .1f, .8f, .2f, .6f, .2f, .9f, .05f, .05f,
      .1f, .5f, .4f, .3f, .5f, .2f;
  return p;
}

Matrix binary(const Floats& positive) {
  Matrix p(static_cast<Eigen::Index>(positive.size()), 2);
  for (std::size_t i = 0; i < positive.size(); ++i)
    p.row(static_cast<Eigen::Index>(i)) << 1 - positive[i], positive[i];
  return p;
}

}  // namespace

TEST_CASE("scores: the confusion matrix and what follows from it") {
  const Confusion c = confusion_matrix(kTruth, kGuess, 3, kOnes);
  CHECK(c == Confusion{{2, 0, 0}, {0, 2, 1}, {0, 1, 2}});
  CHECK(accuracy(c) == doctest::Approx(6.0 / 8));
  CHECK(balanced_accuracy(c) == doctest::Approx((1 + 2.0 / 3 + 2.0 / 3) / 3));
  CHECK(macro_f1(c) == doctest::Approx((1 + 2.0 / 3 + 2.0 / 3) / 3));
  // A class that is neither there nor predicted does not count; one that is only predicted does.
  const Confusion d = confusion_matrix(Labels{0, 0, 1}, Labels{0, 2, 1}, 4, Floats{1, 1, 1});
  CHECK(balanced_accuracy(d) == doctest::Approx((0.5 + 1) / 2));
  CHECK(macro_f1(d) == doctest::Approx((2.0 / 3 + 1 + 0) / 3));
}

TEST_CASE("scores: of probabilities") {
  const Matrix p = probabilities();
  // sklearn.metrics.log_loss, roc_auc_score(multi_class='ovr').
  CHECK(log_loss(kTruth, p, kOnes) == doctest::Approx(0.5290698628438757).epsilon(1e-6));
  CHECK(roc_auc(kTruth, p, kOnes) == doctest::Approx(0.9444444444444443).epsilon(1e-6));
  CHECK(brier_score(kTruth, p, kOnes) == doctest::Approx(0.28937500000000005).epsilon(1e-6));
  // One bin each for 0.5 (three rows, one right), 0.6 (two, right), 0.7, 0.8 and 0.9 (right).
  CHECK(calibration_error(kTruth, p, kOnes) ==
        doctest::Approx((3 * (0.5 - 1.0 / 3) + 2 * 0.4 + 0.3 + 0.2 + 0.1) / 8).epsilon(1e-6));
  // What is certain and wrong costs −ln 1e-15.
  CHECK(log_loss(Labels{1}, binary({0.0f}), Floats{1}) == doctest::Approx(34.538776394910684));
}

TEST_CASE("scores: AUC of two classes counts equal scores by half") {
  const Labels truth{0, 0, 1, 1};
  const Floats ones(4, 1.0f);
  // The example of sklearn's roc_auc_score.
  CHECK(roc_auc(truth, binary({0.1f, 0.4f, 0.35f, 0.8f}), ones) == doctest::Approx(0.75));
  CHECK(roc_auc(truth, binary({0.5f, 0.5f, 0.5f, 0.5f}), ones) == doctest::Approx(0.5));
  CHECK(roc_auc(truth, binary({0.9f, 0.8f, 0.2f, 0.1f}), ones) == doctest::Approx(0.0));
  CHECK(std::isnan(roc_auc(Labels{1, 1}, binary({0.5f, 0.6f}), Floats{1, 1})));
  CHECK(brier_score(truth, binary({0.1f, 0.4f, 0.35f, 0.8f}), ones) ==
        doctest::Approx((0.01 + 0.16 + 0.65 * 0.65 + 0.04) / 4));
}

TEST_CASE("scores: of numbers") {
  // The examples of sklearn's r2_score, mean_absolute_error and mean_squared_error.
  const Floats truth{3, -0.5f, 2, 7}, guess{2.5f, 0, 2, 8}, ones(4, 1.0f);
  CHECK(r_squared(truth, guess, ones) == doctest::Approx(0.9486081370449679));
  CHECK(mean_absolute_error(truth, guess, ones) == doctest::Approx(0.5));
  CHECK(root_mean_squared_error(truth, guess, ones) == doctest::Approx(std::sqrt(0.375)));
  CHECK(std::isnan(r_squared(Floats{1, 1}, Floats{1, 2}, Floats{1, 1})));
}

TEST_CASE("scores: a weight of 2 is the row twice, of 0 the row left out") {
  const Floats weights{1, 2, 0, 1, 1, 2, 1, 0};
  Labels truth, guess;
  Matrix p(8, 3);
  Eigen::Index rows = 0;
  const Matrix whole = probabilities();
  Floats y, z, y_all, z_all;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    y_all.push_back(static_cast<float>(i * i % 7));
    z_all.push_back(static_cast<float>(i));
    for (int k = 0; k < static_cast<int>(weights[i]); ++k) {
      truth.push_back(kTruth[i]);
      guess.push_back(kGuess[i]);
      p.row(rows++) = whole.row(static_cast<Eigen::Index>(i));
      y.push_back(y_all.back());
      z.push_back(z_all.back());
    }
  }
  REQUIRE(rows == 8);
  const auto a = classification_scores(kTruth, kGuess, whole, 3, weights);
  const auto b = classification_scores(truth, guess, p, 3, kOnes);
  REQUIRE(a.size() == 7);
  for (std::size_t i = 0; i < a.size(); ++i) {
    CAPTURE(a[i].name);
    CHECK(a[i].name == b[i].name);
    CHECK(a[i].value == doctest::Approx(b[i].value).epsilon(1e-9));
  }
  CHECK(r_squared(y_all, z_all, weights) == doctest::Approx(r_squared(y, z, kOnes)));
  CHECK(mean_absolute_error(y_all, z_all, weights) ==
        doctest::Approx(mean_absolute_error(y, z, kOnes)));
}

TEST_CASE("scores: several outputs have their names; means leave out what is unknown") {
  Matrix y(3, 2), guess(3, 2);
  y << 1, 5, 2, 5, 3, 5;
  guess << 1, 5, 2, 5, 4, 5;
  const std::vector<std::string> names{"a", "b"};
  const auto scores = regression_scores(y, guess, names, Floats{1, 1, 1});
  REQUIRE(scores.size() == 6);
  CHECK(scores[0].name == "r2 a");
  CHECK(scores[0].value == doctest::Approx(0.5));
  CHECK(scores[3].name == "r2 b");
  CHECK(std::isnan(scores[3].value));
  const auto [mean, deviation] = mean_deviation(std::vector<double>{1, std::nan(""), 3});
  CHECK(mean == 2);
  CHECK(deviation == doctest::Approx(std::sqrt(2.0)));
  CHECK(std::isnan(mean_deviation({}).mean));
}
