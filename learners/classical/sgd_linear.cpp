#include "learners/classical/sgd_linear.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/core/random.h"

namespace sandlot {
namespace {

std::vector<Eigen::Index> shuffled(Eigen::Index rows, Seed seed, int epoch) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  Random random(derive(seed, "epoch", static_cast<std::uint64_t>(epoch)));
  random.shuffle(order);
  return order;
}

double weight_of(std::span<const float> weights, Eigen::Index row) {
  return static_cast<double>(weights[static_cast<std::size_t>(row)]);
}

}  // namespace

void SgdSettings::fields(Fields& f) {
  f.number("learning_rate", learning_rate, "η of the first example", Range::above(0));
  f.number("power", power, "η is learning_rate / t^power at example t; 0: constant",
           Range::between(0, 1));
  f.number("l2", l2, "penalty on the squares of coefficients of standardised columns",
           Range::at_least(0));
  f.integer("epochs", epochs, "passes over the examples in a fit(), each in another order",
            Range::between(1, 100000));
}

void RunningMoments::clear() { *this = RunningMoments(mean_.size()); }

void RunningMoments::add(const float* x, double weight) {
  total_ += weight;
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    const double before = static_cast<double>(x[i]) - mean_[i];
    mean_[i] += weight / total_ * before;
    squares_[i] += weight * before * (static_cast<double>(x[i]) - mean_[i]);
  }
}

void RunningMoments::update_deviations() {
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    const double deviation = std::sqrt(squares_[i] / total_);
    // What rounding leaves of a constant column is no deviation.
    deviation_[i] = deviation > 1e-7 * std::abs(mean_[i]) ? deviation : 1.0;
  }
}

void RunningMoments::save(Writer& out) const {
  out.write(total_);
  for (const auto* values : {&mean_, &squares_, &deviation_})
    out.write_bytes(values->data(), values->size() * sizeof(double));
}

void RunningMoments::load(Reader& in) {
  load_numbers(in, &total_, 1);
  for (auto* values : {&mean_, &squares_, &deviation_})
    load_numbers(in, values->data(), values->size());
  if (!(total_ >= 0)) in.fail("a weight is below 0");
  for (std::size_t i = 0; i < mean_.size(); ++i)
    if (!(squares_[i] >= 0) || !(deviation_[i] > 0)) in.fail("a deviation is not above 0");
}

SgdModel::SgdModel(const SgdSettings& settings, const Space& input, int outputs)
    : settings_(settings),
      discrete_(input.is_discrete()),
      moments_(discrete_ ? 0 : input.size()),
      model_(input, outputs),
      z_(discrete_ ? 0 : input.size()) {}

void SgdModel::clear() {
  moments_.clear();
  model_.clear();
  seen_ = 0;
}

void SgdModel::observe(const MatrixView& x, std::span<const float> weights) {
  if (discrete_) return;
  const RunningMoments old = moments_;
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    moments_.add(x.row(row).data(), weight_of(weights, row));
  moments_.update_deviations();
  if (old.empty()) return;
  for (Eigen::Index k = 0; k < model_.outputs(); ++k)
    for (std::size_t i = 0; i < z_.size(); ++i) {
      double& weight = model_.weights(k, static_cast<Eigen::Index>(i));
      model_.intercept[k] += weight * (moments_.mean(i) - old.mean(i)) / old.deviation(i);
      weight *= moments_.deviation(i) / old.deviation(i);
    }
}

void SgdModel::values(const float* x, std::span<double> out) const {
  if (discrete_) {
    for (int k = 0; k < model_.outputs(); ++k)
      out[static_cast<std::size_t>(k)] = model_.value(x, k);
    return;
  }
  for (Eigen::Index k = 0; k < model_.outputs(); ++k) {
    const double* weight = model_.weights.row(k).data();
    double sum = model_.intercept[k];
    for (std::size_t i = 0; i < z_.size(); ++i)
      sum += weight[i] * ((static_cast<double>(x[i]) - moments_.mean(i)) / moments_.deviation(i));
    out[static_cast<std::size_t>(k)] = sum;
  }
}

void SgdModel::step(const float* x, std::span<const double> gradient, double weight) {
  ++seen_;
  const double eta =
      weight * settings_.learning_rate / std::pow(static_cast<double>(seen_), settings_.power);
  double squares = discrete_ ? 2 : 1;  // with the 1 of the intercept
  for (std::size_t i = 0; i < z_.size(); ++i) {
    z_[i] = (static_cast<double>(x[i]) - moments_.mean(i)) / moments_.deviation(i);
    squares += z_[i] * z_[i];
  }
  const double kept = 1 / (1 + eta * settings_.l2), length = eta / (1 + eta * squares);
  for (Eigen::Index k = 0; k < model_.outputs(); ++k) {
    const double change = -length * gradient[static_cast<std::size_t>(k)];
    model_.intercept[k] += change;
    double* to = model_.weights.row(k).data();
    if (discrete_) {  // the others are not in this example
      double& own = to[static_cast<std::size_t>(x[0])];
      own = kept * own + change;
    }
    for (std::size_t i = 0; i < z_.size(); ++i) to[i] = kept * to[i] + change * z_[i];
  }
}

void SgdModel::restate(int output, double shift, double scale) {
  model_.intercept[output] = (model_.intercept[output] + shift) * scale;
  model_.weights.row(output) *= scale;
}

void SgdModel::save(Writer& out) const {
  moments_.save(out);
  model_.save(out);
  out.write(seen_);
}

void SgdModel::load(Reader& in) {
  moments_.load(in);
  model_.load(in);
  in.read(seen_);
  if (seen_ < 0) in.fail("a count is below 0");
}

void SgdRegressor::Settings::fields(Fields& f) {
  f.choice("loss", loss,
           {{"squared", RegressionLoss::squared},
            {"huber", RegressionLoss::huber},
            {"epsilon_insensitive", RegressionLoss::epsilon_insensitive}},
           "of an error; huber and epsilon_insensitive heed outliers less");
  f.when(loss != RegressionLoss::squared, "loss: huber or epsilon_insensitive", [&] {
    f.number("epsilon", epsilon,
             "error from which on huber is linear, up to which epsilon_insensitive is 0; in "
             "deviations of the targets",
             Range::at_least(0));
  });
  SgdSettings::fields(f);
}

SgdRegressor::SgdRegressor(const Settings& settings, const Space& input, int outputs, Seed seed)
    : Regressor(input, outputs),
      settings_(settings),
      seed_(seed),
      model_(settings, input, outputs),
      targets_(static_cast<std::size_t>(outputs)),
      values_(static_cast<std::size_t>(outputs)) {}

void SgdRegressor::observe(const MatrixView& x, const MatrixView& y,
                           std::span<const float> weights) {
  model_.observe(x, weights);
  const RunningMoments old = targets_;
  for (Eigen::Index row = 0; row < y.rows(); ++row)
    targets_.add(y.row(row).data(), weight_of(weights, row));
  targets_.update_deviations();
  if (old.empty()) return;  // it starts from the mean
  for (int k = 0; k < outputs(); ++k) {
    const auto i = static_cast<std::size_t>(k);
    model_.restate(k, (old.mean(i) - targets_.mean(i)) / old.deviation(i),
                   old.deviation(i) / targets_.deviation(i));
  }
}

void SgdRegressor::learn(const float* x, const float* y, double weight) {
  model_.values(x, values_);
  for (std::size_t k = 0; k < values_.size(); ++k) {
    const double target = (static_cast<double>(y[k]) - targets_.mean(k)) / targets_.deviation(k);
    const double error = values_[k] - target;
    switch (settings_.loss) {
      case RegressionLoss::squared:
        values_[k] = error;
        break;
      case RegressionLoss::huber:
        values_[k] = std::clamp(error, -settings_.epsilon, settings_.epsilon);
        break;
      case RegressionLoss::epsilon_insensitive:
        values_[k] = std::abs(error) <= settings_.epsilon ? 0 : std::copysign(1.0, error);
        break;
    }
  }
  model_.step(x, values_, weight);
}

void SgdRegressor::do_fit(const MatrixView& x, const MatrixView& y,
                          std::span<const float> weights) {
  model_.clear();
  targets_.clear();
  observe(x, y, weights);
  for (int epoch = 0; epoch < settings_.epochs; ++epoch)
    for (const Eigen::Index row : shuffled(x.rows(), seed_, epoch))
      learn(x.row(row).data(), y.row(row).data(), weight_of(weights, row));
}

void SgdRegressor::do_partial_fit(const MatrixView& x, const MatrixView& y,
                                  std::span<const float> weights) {
  observe(x, y, weights);
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    learn(x.row(row).data(), y.row(row).data(), weight_of(weights, row));
}

void SgdRegressor::do_predict_row(std::span<const float> x, std::span<float> out) const {
  thread_local std::vector<double> values;
  values.resize(out.size());
  model_.values(x.data(), values);
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = static_cast<float>(targets_.mean(k) + targets_.deviation(k) * values[k]);
}

Matrix SgdRegressor::do_predict(const MatrixView& x) const {
  Matrix y(x.rows(), outputs());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    do_predict_row({x.row(row).data(), input().size()},
                   {y.row(row).data(), static_cast<std::size_t>(outputs())});
  return y;
}

void SgdRegressor::do_save(Writer& out) const {
  model_.save(out);
  targets_.save(out);
}

void SgdRegressor::do_load(Reader& in) {
  model_.load(in);
  targets_.load(in);
}

void SgdClassifier::Settings::fields(Fields& f) {
  f.choice("loss", loss, {{"log", ClassificationLoss::log}, {"hinge", ClassificationLoss::hinge}},
           "log: logistic regression; hinge: a linear support vector machine, no probabilities");
  SgdSettings::fields(f);
}

SgdClassifier::SgdClassifier(const Settings& settings, const Space& input, int classes, Seed seed)
    : Classifier(input, classes),
      settings_(settings),
      seed_(seed),
      model_(settings, input, classes),
      values_(static_cast<std::size_t>(classes)) {}

void SgdClassifier::learn(const float* x, std::int32_t label, double weight) {
  model_.values(x, values_);
  if (settings_.loss == ClassificationLoss::log) {
    softmax(values_);
    values_[static_cast<std::size_t>(label)] -= 1;
  } else {
    for (std::size_t k = 0; k < values_.size(); ++k) {
      const double side = static_cast<std::int32_t>(k) == label ? 1 : -1;
      values_[k] = side * values_[k] < 1 ? -side : 0;
    }
  }
  model_.step(x, values_, weight);
}

void SgdClassifier::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                           std::span<const float> weights) {
  model_.clear();
  model_.observe(x, weights);
  for (int epoch = 0; epoch < settings_.epochs; ++epoch)
    for (const Eigen::Index row : shuffled(x.rows(), seed_, epoch))
      learn(x.row(row).data(), labels[static_cast<std::size_t>(row)], weight_of(weights, row));
}

void SgdClassifier::do_partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                                   std::span<const float> weights) {
  model_.observe(x, weights);
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    learn(x.row(row).data(), labels[static_cast<std::size_t>(row)], weight_of(weights, row));
}

void SgdClassifier::do_probabilities_row(std::span<const float> x, std::span<float> out) const {
  if (settings_.loss == ClassificationLoss::hinge) return Classifier::do_probabilities_row(x, out);
  thread_local std::vector<double> values;
  values.resize(out.size());
  model_.values(x.data(), values);
  softmax(values);
  std::transform(values.begin(), values.end(), out.begin(),
                 [](double value) { return static_cast<float>(value); });
}

Matrix SgdClassifier::do_probabilities(const MatrixView& x) const {
  if (settings_.loss == ClassificationLoss::hinge) return Classifier::do_probabilities(x);
  Matrix y(x.rows(), classes());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    do_probabilities_row({x.row(row).data(), input().size()},
                         {y.row(row).data(), static_cast<std::size_t>(classes())});
  return y;
}

std::vector<std::int32_t> SgdClassifier::do_predict(const MatrixView& x) const {
  if (settings_.loss == ClassificationLoss::log) return Classifier::do_predict(x);
  std::vector<std::int32_t> labels;
  std::vector<double> values(static_cast<std::size_t>(classes()));
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    model_.values(x.row(row).data(), values);
    labels.push_back(
        static_cast<std::int32_t>(std::max_element(values.begin(), values.end()) - values.begin()));
  }
  return labels;
}

}  // namespace sandlot
