// Naive Bayes: a textbook's case, scikit-learn's probabilities, parts that make the whole.
#include "learners/classical/naive_bayes.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/learners/classical/small_data.h"
#include "tests/learners/classical/trees.h"

using namespace sandlot;
using namespace sandlot::tests;

namespace {

const std::vector<std::int32_t> kThree{2, 0, 1, 2, 0, 0, 1, 1};

NaiveBayes make(BayesDistribution distribution, int columns, int classes) {
  NaiveBayes::Settings settings;
  settings.distribution = distribution;
  return NaiveBayes(settings, numbers(columns), classes, 1);
}

}  // namespace

// Manning, Raghavan & Schütze 2008, tables 13.1 and examples 13.1 and 13.2; the words are Chinese,
// Beijing, Shanghai, Macao, Tokyo, Japan; class 1 is "China".
TEST_CASE("naive Bayes: the textbook's documents") {
  Matrix counts(4, 6), document(1, 6);
  counts << 2, 1, 0, 0, 0, 0, 2, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1;
  document << 3, 0, 0, 0, 1, 1;
  const std::vector<std::int32_t> china{1, 1, 1, 0};
  std::vector<double> joint(2);
  NaiveBayes bernoulli = make(BayesDistribution::bernoulli, 6, 2);
  bernoulli.fit(counts, china);
  bernoulli.log_joint(document.data(), joint);
  CHECK(std::exp(joint[1]) == doctest::Approx(0.005184).epsilon(1e-9));
  CHECK(std::exp(joint[0]) == doctest::Approx(0.021948).epsilon(1e-4));
  CHECK(bernoulli.predict(document)[0] == 0);
  NaiveBayes multinomial = make(BayesDistribution::multinomial, 6, 2);
  multinomial.fit(counts, china);
  multinomial.log_joint(document.data(), joint);
  CHECK(std::exp(joint[1]) ==
        doctest::Approx(3.0 / 4 * std::pow(3.0 / 7, 3) / 14 / 14).epsilon(1e-9));
  CHECK(std::exp(joint[0]) == doctest::Approx(1.0 / 4 * std::pow(2.0 / 9, 5)).epsilon(1e-9));
  CHECK(multinomial.predict(document)[0] == 1);
  counts(2, 3) = -1;
  CHECK_THROWS_WITH_AS(multinomial.fit(counts, china),
                       "x[2, 3] is -1.000000; expected a count, at least 0", std::invalid_argument);
}

// GaussianNB().fit(X, labels, sample_weight=…).predict_proba(X[:2]).
TEST_CASE("naive Bayes: the probabilities are scikit-learn's") {
  NaiveBayes model = make(BayesDistribution::gaussian, 3, 3);
  const auto check = [&](const std::vector<double>& expected) {
    const Matrix p = model.predict_probabilities(small_x().topRows(2));
    for (Eigen::Index i = 0; i < 6; ++i)
      CHECK(std::abs(static_cast<double>(p.data()[i]) - expected[static_cast<std::size_t>(i)]) <
            1e-5);
  };
  model.fit(small_x(), kThree);
  check({0.0008271187, 0.09832251, 0.9008504, 0.9811377, 0.01884361, 1.86892e-05});
  model.fit(small_x(), kThree, small_weights());
  check({0.008304393, 0.05302651, 0.9386691, 0.9852836, 0.01471624, 1.598055e-07});
}

TEST_CASE("naive Bayes: parts of the examples make the whole, to the byte") {
  using enum BayesDistribution;
  for (const auto distribution : {gaussian, multinomial, bernoulli}) {
    Examples e = noisy(200, 4, 1, 3, 3);
    if (distribution == multinomial) e.x = e.x.cwiseAbs();
    NaiveBayes whole = make(distribution, 4, 3), parts = whole;
    whole.fit(e.x, e.labels);
    const std::span<const std::int32_t> labels(e.labels);
    parts.partial_fit(e.x.topRows(1), labels.first(1));
    parts.partial_fit(e.x.middleRows(1, 99), labels.subspan(1, 99));
    parts.partial_fit(e.x.bottomRows(100), labels.subspan(100));
    CHECK(saved(parts) == saved(whole));
    CHECK(parts.predict_probabilities(e.x) == whole.predict_probabilities(e.x));
    survives_damage(saved(whole), e.x, [&] { return make(distribution, 4, 3); });
  }
}

TEST_CASE("naive Bayes: what is not known says nothing") {
  const float unknown = std::numeric_limits<float>::quiet_NaN();
  const Examples e = noisy(300, 2, 1, 3, 2);
  NaiveBayes both = make(BayesDistribution::gaussian, 3, 2),
             one = make(BayesDistribution::gaussian, 2, 2);
  one.fit(e.x, e.labels);
  Matrix x(300, 3);
  x << e.x, Matrix::Constant(300, 1, unknown);
  both.fit(x, e.labels);
  CHECK(both.predict_probabilities(x).isApprox(one.predict_probabilities(e.x)));
  // Rows with a hole count for the columns that they have.
  Matrix holes = e.x, without(300, 2);
  for (Eigen::Index row = 0; row < 300; row += 3) holes(row, 1) = unknown;
  one.fit(holes, e.labels);
  Matrix at(1, 2);
  at << 0.4f, unknown;
  NaiveBayes first = make(BayesDistribution::gaussian, 1, 2);
  first.fit(e.x.leftCols(1), e.labels);
  CHECK(one.predict_probabilities(at)(0, 1) ==
        doctest::Approx(first.predict_probabilities(at.leftCols(1))(0, 1)).epsilon(1e-4));
}

TEST_CASE("naive Bayes: the numbers of a discrete input, classes that are not there, one row") {
  NaiveBayes table({}, Space::discrete(3), 4, 1);
  Matrix x(6, 1), all(3, 1);
  x << 0, 0, 1, 2, 2, 2;
  all << 0, 1, 2;
  table.fit(x, std::vector<std::int32_t>{0, 0, 0, 1, 1, 0});
  const Matrix p = table.predict_probabilities(all);
  // P(0 | class 0) = (2 + 1) / (4 + 3), P(0 | class 1) = (0 + 1) / (2 + 3).
  const double zero = 4.0 / 6 * 3 / 7, one = 2.0 / 6 * 1 / 5;
  CHECK(static_cast<double>(p(0, 0)) == doctest::Approx(zero / (zero + one)));
  CHECK(p.rightCols(2).isZero(0));
  NaiveBayes single = make(BayesDistribution::gaussian, 3, 2);
  single.fit(small_x().topRows(1), std::vector<std::int32_t>{1});
  CHECK(single.predict_probabilities(small_x()).col(1) == Matrix::Ones(8, 1));
  // Constant columns.
  Matrix constant(8, 4);
  constant << small_x(), Matrix::Constant(8, 1, 1e6f / 3);
  NaiveBayes odd = make(BayesDistribution::gaussian, 4, 3),
             plain = make(BayesDistribution::gaussian, 3, 3);
  odd.fit(constant, kThree);
  plain.fit(small_x(), kThree);
  CHECK((odd.predict_probabilities(constant) - plain.predict_probabilities(small_x()))
            .cwiseAbs()
            .maxCoeff() < 1e-5f);
}
