// Networks as plain regressors, classifiers and transformers, and what every such learner refuses.
#include <doctest/doctest.h>

#include <Eigen/SVD>
#include <cmath>
#include <limits>
#include <numbers>

#include "learners/network/autoencoder.h"
#include "learners/network/network_learners.h"
#include "learners/network/register.h"
#include "sim/core/random.h"

using namespace sandlot;

namespace {

using MlpRegressor = TorsoRegressor<Mlp>;
using MlpClassifier = TorsoClassifier<Mlp>;

Space numbers(int columns) { return Space::box({columns}, -1e30f, 1e30f); }

MlpRegressor::Settings regression(std::vector<std::int64_t> hidden, int epochs, int batch = 32) {
  MlpRegressor::Settings settings;
  settings.torso.hidden = std::move(hidden);
  settings.torso.activation = Activation::tanh;
  settings.learner.epochs = epochs;
  settings.learner.batch = batch;
  settings.learner.optimizer.learning_rate = 0.01;
  return settings;
}

MlpClassifier::Settings classification(std::vector<std::int64_t> hidden, int epochs,
                                       int batch = 32) {
  MlpClassifier::Settings settings;
  settings.torso.hidden = std::move(hidden);
  settings.learner.epochs = epochs;
  settings.learner.batch = batch;
  settings.learner.optimizer.learning_rate = 0.01;
  return settings;
}

struct Examples {
  Matrix x, y;
  std::vector<std::int32_t> labels;
};

// y = 100 + 30 sin(x / 100), noise of a deviation of 3.
Examples sine(int rows, Seed seed, double noise = 3) {
  Random random(seed);
  Examples e{Matrix(rows, 1), Matrix(rows, 1), {}};
  for (int i = 0; i < rows; ++i) {
    const double x = random.uniform(-300, 300);
    e.x(i, 0) = static_cast<float>(x);
    e.y(i, 0) = static_cast<float>(100 + 30 * std::sin(x / 100) + noise * random.normal());
  }
  return e;
}

// Two interlocking half circles.
Examples moons(int rows, Seed seed) {
  Random random(seed);
  Examples e{Matrix(rows, 2), Matrix(rows, 1), {}};
  for (int i = 0; i < rows; ++i) {
    const std::int32_t label = i % 2;
    const double angle = random.uniform(0, std::numbers::pi);
    const double x = label == 0 ? std::cos(angle) : 1 - std::cos(angle);
    const double y = label == 0 ? std::sin(angle) : 0.5 - std::sin(angle);
    e.x(i, 0) = static_cast<float>(x + 0.1 * random.normal());
    e.x(i, 1) = static_cast<float>(y + 0.1 * random.normal());
    e.labels.push_back(label);
  }
  return e;
}

double root_mean_square(const Matrix& a, const Matrix& b) {
  return std::sqrt(static_cast<double>((a - b).squaredNorm()) / static_cast<double>(a.size()));
}

double accuracy(const Classifier& model, const Examples& e) {
  const auto guesses = model.predict(e.x);
  double right = 0;
  for (std::size_t i = 0; i < guesses.size(); ++i) right += guesses[i] == e.labels[i];
  return right / static_cast<double>(guesses.size());
}

template <class Learner>
std::vector<std::byte> saved(const Learner& learner) {
  Writer out;
  learner.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

}  // namespace

TEST_CASE("network learners: by name, with what they can do") {
  Registry registry;
  register_networks(registry);
  const Space row = numbers(4), picture = Space::box({3, 40, 40}, 0, 1);
  struct Problems final : Issues {
    void add(std::string_view, std::string_view) override { ++count; }
    int count = 0;
  };
  const auto accepts = [](const auto& factory, const Space& space) {
    Problems problems;
    factory.check(space, problems);
    return problems.count == 0;
  };
  for (const char* name : {"mlp", "cnn", "impala_cnn"}) {
    CAPTURE(name);
    const auto regressor = registry.create<RegressorFactory>(name);
    const auto classifier = registry.create<ClassifierFactory>(name);
    REQUIRE((regressor && classifier));
    CHECK(regressor->facts().incremental);
    CHECK(classifier->facts().probabilities);
    CHECK(accepts(*regressor, row) == (std::string_view(name) == "mlp"));
    CHECK(accepts(*classifier, row) == (std::string_view(name) == "mlp"));
    CHECK(accepts(*classifier, picture));
    CHECK(classifier->make(picture, 5, 1)->classes() == 5);
    CHECK(regressor->make(picture, 2, 1)->outputs() == 2);
  }
  const auto coder = registry.create<TransformerFactory>("autoencoder");
  REQUIRE(coder);
  CHECK(coder->facts().inverse);
  CHECK(accepts(*coder, row));
  CHECK_FALSE(accepts(*coder, Space::discrete(4)));
}

TEST_CASE("network regressor: recovers a noisy sine of large numbers") {
  const Examples train = sine(400, 1), truth = sine(200, 2, 0);
  for (const RegressionLoss loss : {RegressionLoss::mse, RegressionLoss::huber}) {
    auto settings = regression({32, 32}, 150);
    settings.learner.loss = loss;
    MlpRegressor model(settings, numbers(1), 1, 7);
    model.fit(train.x, train.y);
    // Measured: 0.6 to 1.1, of a noise of 3 and an amplitude of 30.
    CHECK(root_mean_square(model.predict(truth.x), truth.y) < 1.8);
  }
}

TEST_CASE("network classifier: exclusive or, and two moons") {
  Examples exclusive{Matrix(4, 2), Matrix(), {0, 1, 1, 0}};
  exclusive.x << 0, 0, 0, 1, 1, 0, 1, 1;
  MlpClassifier model(classification({16}, 300, 0), numbers(2), 2, 3);
  model.fit(exclusive.x, exclusive.labels);
  CHECK(model.predict(exclusive.x) == exclusive.labels);
  const Matrix chances = model.predict_probabilities(exclusive.x);
  for (Eigen::Index row = 0; row < 4; ++row)
    CHECK(static_cast<double>(chances.row(row).sum()) == doctest::Approx(1));

  MlpClassifier curves(classification({32, 32}, 60), numbers(2), 2, 4);
  curves.fit(moons(400, 5).x, moons(400, 5).labels);
  CHECK(accuracy(curves, moons(1000, 6)) > 0.985);  // measured: 0.997
}

TEST_CASE("network classifier: pictures by convolutions, states by number") {
  // A bright line, upright or lying, anywhere.
  Random random(3);
  Matrix pictures = Matrix::Zero(300, 36);
  std::vector<std::int32_t> labels;
  for (Eigen::Index i = 0; i < 300; ++i) {
    const auto at = static_cast<Eigen::Index>(random.below(6));
    const bool upright = random.bernoulli(0.5);
    for (Eigen::Index k = 0; k < 6; ++k) pictures(i, upright ? k * 6 + at : at * 6 + k) = 1;
    labels.push_back(upright);
  }
  TorsoClassifier<Cnn>::Settings settings;
  settings.torso.channels = {8};
  settings.torso.kernels = {3};
  settings.torso.strides = {1};
  settings.torso.hidden = {16};
  settings.learner.epochs = 20;
  settings.learner.optimizer.learning_rate = 0.01;
  TorsoClassifier<Cnn> model(settings, Space::box({1, 6, 6}, 0, 1), 2, 1);
  model.fit(pictures.topRows(200), std::span(labels).first(200));
  const auto guesses = model.predict(pictures.bottomRows(100));
  CHECK(std::equal(guesses.begin(), guesses.end(), labels.begin() + 200));

  // Class = number mod 3, which no threshold on the number gives.
  Matrix states(9, 1);
  states << 0, 1, 2, 3, 4, 5, 6, 7, 8;
  const std::vector<std::int32_t> classes{0, 1, 2, 0, 1, 2, 0, 1, 2};
  MlpClassifier table(classification({}, 200, 0), Space::discrete(9), 3, 1);
  table.fit(states, classes);
  CHECK(table.predict(states) == classes);
  states(0, 0) = 9;
  CHECK_THROWS_WITH_AS(table.predict(states),
                       "x[0, 0] is 9.000000; expected a whole number from 0 to 8",
                       std::invalid_argument);
}

TEST_CASE("network learners: early stopping ends, and the best weights are restored") {
  // Few rows, much noise, a large network: it overfits soon.
  const Examples train = sine(60, 1, 25);
  auto settings = regression({64, 64}, 2000);
  settings.learner.early_stopping = {0.3, 15};
  MlpRegressor model(settings, numbers(1), 1, 2);
  model.fit(train.x, train.y);
  const FitReport report = model.report();
  REQUIRE(report.epochs() < 2000);
  CHECK(report.epochs() == report.best_epoch + 15);
  CHECK(static_cast<int>(report.validation.size()) == report.epochs());
  for (const double loss : report.validation)
    CHECK(loss >= report.validation[static_cast<std::size_t>(report.best_epoch - 1)]);
  // The same as a fit that was told to end there.
  auto shorter = settings;
  shorter.learner.epochs = report.best_epoch;
  MlpRegressor other(shorter, numbers(1), 1, 2);
  other.fit(train.x, train.y);
  CHECK(other.predict(train.x) == model.predict(train.x));
}

TEST_CASE("network learners: what is held back does not leak into the standardisation") {
  Examples all = sine(50, 1);
  auto settings = regression({4}, 1, 0);
  settings.learner.early_stopping = {0.2, 5};
  MlpRegressor model(settings, numbers(1), 1, 2);
  model.fit(all.x, all.y);
  // Rows of the validation part are changed one at a time: nothing about the first epoch's training
  // may move; a change of another row must.
  const double before = model.report().training[0];
  int unmoved = 0;
  for (Eigen::Index row = 0; row < 50; ++row) {
    const float x = all.x(row, 0), y = all.y(row, 0);
    all.x(row, 0) = 5000;
    all.y(row, 0) = -5000;
    model.fit(all.x, all.y);
    unmoved += model.report().training[0] == before;
    all.x(row, 0) = x;
    all.y(row, 0) = y;
  }
  CHECK(unmoved == 10);
}

TEST_CASE("network learners: weight 0 is a row removed, weight 2 a row repeated") {
  Random random(1);
  const Examples all = sine(30, 1);
  const Examples curves = moons(30, 1);
  std::vector<float> weights;
  std::vector<Eigen::Index> kept, repeated;
  std::vector<float> ones_and_twos;
  for (Eigen::Index i = 0; i < 30; ++i) {
    const std::uint32_t times = random.below(3);
    weights.push_back(static_cast<float>(times));
    for (std::uint32_t k = 0; k < times; ++k) repeated.push_back(i);
    if (times == 0) continue;
    kept.push_back(i);
    ones_and_twos.push_back(static_cast<float>(times));
  }
  const auto some_labels = [&](const std::vector<Eigen::Index>& rows) {
    std::vector<std::int32_t> labels;
    for (const Eigen::Index row : rows) labels.push_back(curves.labels[static_cast<std::size_t>(row)]);
    return labels;
  };
  const auto fitted = [&](const Matrix& x, const Matrix& y, std::span<const float> w, int batch) {
    auto settings = regression({8}, 40, batch);
    settings.learner.optimizer.kind = OptimizerKind::sgd;
    settings.learner.optimizer.learning_rate = 0.1;
    MlpRegressor model(settings, numbers(1), 1, 5);
    model.fit(x, y, w);
    return model.predict(all.x);
  };
  const auto fitted_classes = [&](const Matrix& x, const std::vector<std::int32_t>& labels,
                                  std::span<const float> w) {
    auto settings = classification({8}, 40, 0);
    settings.learner.optimizer.kind = OptimizerKind::sgd;
    settings.learner.optimizer.learning_rate = 0.1;
    MlpClassifier model(settings, numbers(2), 2, 5);
    model.fit(x, labels, w);
    return model.predict_probabilities(curves.x);
  };
  const Matrix weighted = fitted(all.x, all.y, weights, 0);
  // Removed: bit for bit, in batches too.
  CHECK(weighted == fitted(all.x(kept, Eigen::all), all.y(kept, Eigen::all), ones_and_twos, 0));
  CHECK(fitted(all.x, all.y, weights, 4) ==
        fitted(all.x(kept, Eigen::all), all.y(kept, Eigen::all), ones_and_twos, 4));
  // Repeated: but for rounding, where all rows make one batch.
  CHECK(root_mean_square(weighted, fitted(all.x(repeated, Eigen::all),
                                          all.y(repeated, Eigen::all), {}, 0)) < 1e-3);
  const Matrix classes = fitted_classes(curves.x, curves.labels, weights);
  CHECK(classes ==
        fitted_classes(curves.x(kept, Eigen::all), some_labels(kept), ones_and_twos));
  CHECK(root_mean_square(classes, fitted_classes(curves.x(repeated, Eigen::all),
                                                 some_labels(repeated), {})) < 1e-5);
}

TEST_CASE("network learners: saved and loaded, they predict and go on with the same bytes") {
  const Examples data = sine(50, 1), more = sine(20, 2), curves = moons(50, 3);
  const MlpRegressor::Settings settings = regression({8}, 5, 7);
  MlpRegressor model(settings, numbers(1), 1, 1), copy(settings, numbers(1), 1, 99);
  model.fit(data.x, data.y);
  const auto bytes = saved(model);
  Reader in(bytes);
  copy.load(in);
  REQUIRE(in.remaining() == 0);
  CHECK(saved(copy) == bytes);
  CHECK(copy.predict(data.x) == model.predict(data.x));
  model.partial_fit(more.x, more.y);
  copy.partial_fit(more.x, more.y);
  CHECK(saved(copy) == saved(model));
  // fit() forgets, and repeats.
  model.fit(data.x, data.y);
  CHECK(saved(model) == bytes);

  MlpClassifier sorter(classification({8}, 5, 7), numbers(2), 2, 1),
      second(classification({8}, 5, 7), numbers(2), 2, 2);
  sorter.fit(curves.x, curves.labels);
  const auto sorter_bytes = saved(sorter);
  Reader sorter_in(sorter_bytes);
  second.load(sorter_in);
  CHECK(second.predict_probabilities(curves.x) == sorter.predict_probabilities(curves.x));
  for (std::size_t size = 0; size < sorter_bytes.size(); size += 37) {
    Reader cut(std::span<const std::byte>(sorter_bytes).first(size));
    CHECK_THROWS_AS(second.load(cut), ArchiveError);
  }
}

TEST_CASE("network learners: partial_fit alone learns too") {
  const Examples data = sine(400, 1), truth = sine(100, 2, 0);
  MlpRegressor model(regression({32, 32}, 1), numbers(1), 1, 1);
  for (int round = 0; round < 150; ++round) model.partial_fit(data.x, data.y);
  CHECK(root_mean_square(model.predict(truth.x), truth.y) < 2.5);
}

TEST_CASE("network learners: one row, constant columns, one class") {
  Matrix x(1, 2), y(1, 1);
  x << 5, 1e6f;
  y << 42;
  MlpRegressor single(regression({8}, 200), numbers(2), 1, 1);
  single.fit(x, y);
  CHECK(static_cast<double>(single.predict(x)(0, 0)) == doctest::Approx(42).epsilon(1e-3));

  Examples data = sine(100, 1);
  Matrix wide(100, 3);
  wide << data.x, Matrix::Constant(100, 1, 0.1f), Matrix::Constant(100, 1, 1e7f);
  MlpRegressor constant(regression({16}, 100), numbers(3), 1, 1);
  constant.fit(wide, data.y);
  CHECK(root_mean_square(constant.predict(wide), data.y) < 6);

  MlpClassifier same(classification({4}, 100), numbers(1), 3, 1);
  same.fit(data.x, std::vector<std::int32_t>(100, 2));
  for (const std::int32_t label : same.predict(data.x)) CHECK(label == 2);
  MlpClassifier only(classification({4}, 2), numbers(1), 1, 1);
  only.fit(data.x, std::vector<std::int32_t>(100, 0));
  CHECK(only.predict_probabilities(data.x).minCoeff() == 1);
}

TEST_CASE("learners: what cannot be learnt from is refused by place") {
  MlpRegressor model(regression({4}, 1), numbers(2), 1, 1);
  MlpClassifier sorter(classification({4}, 1), numbers(2), 3, 1);
  Autoencoder coder({}, numbers(2), 1);
  Matrix x = Matrix::Zero(3, 2), y = Matrix::Zero(3, 1);
  const std::vector<std::int32_t> labels{0, 1, 2};
  CHECK_THROWS_WITH_AS(model.predict(x),
                       "the regressor has learnt nothing yet: expected fit() first",
                       std::logic_error);
  CHECK_THROWS_AS(sorter.predict(x), std::logic_error);
  CHECK_THROWS_AS(coder.transform(x), std::logic_error);
  x(1, 1) = std::numeric_limits<float>::quiet_NaN();
  const char* const nan = "x[1, 1] is nan; expected a finite number";
  CHECK_THROWS_WITH_AS(model.fit(x, y), nan, std::invalid_argument);
  CHECK_THROWS_WITH_AS(sorter.fit(x, labels), nan, std::invalid_argument);
  CHECK_THROWS_WITH_AS(coder.fit(x), nan, std::invalid_argument);
  x(1, 1) = 0;
  y(2, 0) = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH_AS(model.fit(x, y), "y[2, 0] is inf; expected a finite number",
                       std::invalid_argument);
  y(2, 0) = 0;
  CHECK_THROWS_WITH_AS(model.fit(Matrix(0, 2), Matrix(0, 1)),
                       "x has no rows; expected at least one", std::invalid_argument);
  CHECK_THROWS_WITH_AS(model.fit(Matrix::Zero(3, 1), y), "x has 1 columns; expected 2",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(model.fit(x, Matrix::Zero(2, 1)), "y has 2 rows; expected 3 as x has",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(model.fit(x, Matrix::Zero(3, 2)), "y has 2 columns; expected 1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(sorter.fit(x, std::vector<std::int32_t>{0, 1}),
                       "labels has 2 rows; expected 3 as x has", std::invalid_argument);
  CHECK_THROWS_WITH_AS(sorter.fit(x, std::vector<std::int32_t>{0, 3, 1}),
                       "labels[1] is 3; expected 0 to 2", std::invalid_argument);
  CHECK_THROWS_WITH_AS(model.fit(x, y, std::vector<float>{1, 1}),
                       "there are 2 weights; expected 3, one per row of x", std::invalid_argument);
  CHECK_THROWS_WITH_AS(model.fit(x, y, std::vector<float>{1, -1, 1}),
                       "weights[1] is -1.000000; expected a finite number of at least 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(model.fit(x, y, std::vector<float>{0, 0, 0}),
                       "all weights are 0; expected at least one above 0", std::invalid_argument);
  // Nothing of this was learnt, and what follows works.
  CHECK_FALSE(model.fitted());
  model.fit(x, y);
  CHECK(model.predict(Matrix(0, 2)).rows() == 0);
  const Examples data = sine(50, 1);
  auto settings = regression({8}, 50);
  settings.torso.activation = Activation::relu;
  settings.learner.optimizer.kind = OptimizerKind::sgd;
  settings.learner.optimizer.learning_rate = 1e6;
  MlpRegressor diverging(settings, numbers(1), 1, 1);
  CHECK_THROWS_AS(diverging.fit(data.x, data.y), std::runtime_error);
  CHECK_FALSE(diverging.fitted());
}

TEST_CASE("autoencoder: restores a curve from one number, where principal components cannot") {
  // Three quarters of a turn of a helix in three dimensions.
  Random random(1);
  const auto curve = [&](int rows) {
    Matrix x(rows, 3);
    for (int i = 0; i < rows; ++i) {
      const double t = random.uniform(0, 1.5 * std::numbers::pi);
      x.row(i) << static_cast<float>(std::cos(t) + 0.01 * random.normal()),
          static_cast<float>(std::sin(t) + 0.01 * random.normal()),
          static_cast<float>(0.3 * t + 0.01 * random.normal());
    }
    return x;
  };
  const Matrix train = curve(500), test = curve(200);
  const Eigen::RowVectorXf mean = train.colwise().mean();
  const Eigen::MatrixXf centred = train.rowwise() - mean;
  const Eigen::VectorXf axis =
      Eigen::JacobiSVD<Eigen::MatrixXf>(centred, Eigen::ComputeThinV).matrixV().col(0);
  const Matrix by_axis =
      (((test.rowwise() - mean) * axis) * axis.transpose()).rowwise() + mean;
  const double linear = root_mean_square(by_axis, test);

  Autoencoder::Settings settings;
  settings.code = 1;
  settings.hidden = {32, 32};
  settings.epochs = 200;
  settings.optimizer.learning_rate = 0.005;
  Autoencoder model(settings, numbers(3), 1);
  model.fit(train);
  const Matrix codes = model.transform(test);
  CHECK(codes.cols() == 1);
  const double curved = root_mean_square(model.inverse_transform(codes), test);
  CAPTURE(linear);
  CAPTURE(curved);
  CHECK(curved < 0.3 * linear);

  // A linear one comes close to the best linear code.
  Autoencoder::Settings straight = settings;
  straight.hidden = {};
  Autoencoder flat(straight, numbers(3), 1);
  flat.fit(train);
  CHECK(root_mean_square(flat.inverse_transform(flat.transform(test)), test) < 1.2 * linear);

  const auto bytes = saved(model);
  Autoencoder copy(settings, numbers(3), 8);
  Reader in(bytes);
  copy.load(in);
  CHECK(in.remaining() == 0);
  CHECK(copy.transform(test) == codes);
  CHECK(saved(copy) == bytes);
}
