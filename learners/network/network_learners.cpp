#include "learners/network/network_learners.h"

#include "learners/network/export.h"
#include "learners/network/loss.h"

namespace sandlot {
namespace {

Architecture finished(ArchitectureBuilder torso, int outputs) {
  ArchitectureBuilder::Head head;
  head.groups = outputs;
  return torso.finish(head);
}

std::vector<Eigen::Index> all_rows(Eigen::Index rows) {
  std::vector<Eigen::Index> all(static_cast<std::size_t>(rows));
  for (Eigen::Index row = 0; row < rows; ++row) all[static_cast<std::size_t>(row)] = row;
  return all;
}

}  // namespace

void NetworkRegressionSettings::fields(Fields& f) {
  f.choice("loss", loss, {{"mse", RegressionLoss::mse}, {"huber", RegressionLoss::huber}},
           "mse: mean squared error; huber: outliers count less (Huber 1964)");
  f.when(loss == RegressionLoss::huber, "loss: huber", [&] {
    f.number("delta", delta, "error from which on the loss grows linearly, after standardisation",
             Range::above(0));
  });
  FitSettings::fields(f);
  f.boolean("standardize_targets", standardize_targets, "targets are shifted and scaled as well");
}

NetworkRegressor::NetworkRegressor(const NetworkRegressionSettings& settings,
                                   ArchitectureBuilder torso, const Space& input, int outputs,
                                   Seed seed)
    : Regressor(input, outputs),
      settings_(settings),
      inputs_(input, settings.standardize),
      targets_(static_cast<std::size_t>(outputs)),
      fit_(finished(std::move(torso), outputs), settings, seed) {}

NetworkFit::Loss NetworkRegressor::loss(const Matrix& y) const {
  return [this, &y, targets = Matrix()](std::span<const Eigen::Index> rows, const float* outputs,
                                        const float* weights, float* gradient) mutable {
    targets = y(rows, Eigen::all);
    const MatrixMap is(outputs, targets.rows(), targets.cols());
    const MatrixMap should(targets.data(), targets.rows(), targets.cols());
    return settings_.loss == RegressionLoss::mse
               ? mse_loss(is, should, weights, gradient)
               : huber_loss(is, should, weights, settings_.delta, gradient);
  };
}

Matrix NetworkRegressor::scaled(const MatrixView& y) const {
  Matrix result = y;
  targets_.apply(result);
  return result;
}

void NetworkRegressor::do_fit(const MatrixView& x, const MatrixView& y,
                              std::span<const float> weights) {
  fit_.restart();
  const NetworkFit::Split split = fit_.split(x.rows());
  inputs_.fit(x, weights, split.training);
  if (settings_.standardize_targets) targets_.fit(y, weights, split.training);
  const Matrix targets = scaled(y);
  fit_.run(inputs_(x), weights, split, loss(targets));
}

void NetworkRegressor::do_partial_fit(const MatrixView& x, const MatrixView& y,
                                      std::span<const float> weights) {
  if (!fitted()) {
    // The scale of what comes first is kept: to change it would change what was learnt.
    fit_.restart();
    inputs_.fit(x, weights, all_rows(x.rows()));
    if (settings_.standardize_targets) targets_.fit(y, weights, all_rows(x.rows()));
  }
  const Matrix targets = scaled(y);
  fit_.pass(inputs_(x), weights, loss(targets));
}

Matrix NetworkRegressor::do_predict(const MatrixView& x) const {
  Matrix y = fit_.predict(inputs_(x));
  targets_.undo(y);
  return y;
}

void NetworkRegressor::do_save(Writer& out) const {
  inputs_.save(out);
  targets_.save(out);
  fit_.save(out);
}

void NetworkRegressor::do_load(Reader& in) {
  inputs_.load(in);
  targets_.load(in);
  fit_.load(in);
}

NetworkClassifier::NetworkClassifier(const FitSettings& settings, ArchitectureBuilder torso,
                                     const Space& input, int classes, Seed seed)
    : Classifier(input, classes),
      inputs_(input, settings.standardize),
      fit_(finished(std::move(torso), classes), settings, seed) {}

NetworkFit::Loss NetworkClassifier::loss(std::span<const std::int32_t> labels) const {
  return [this, labels, some = std::vector<std::int32_t>()](
             std::span<const Eigen::Index> rows, const float* outputs, const float* weights,
             float* gradient) mutable {
    some.clear();
    for (const Eigen::Index row : rows) some.push_back(labels[static_cast<std::size_t>(row)]);
    const MatrixMap is(outputs, static_cast<Eigen::Index>(rows.size()), classes());
    return cross_entropy_loss(is, some.data(), weights, gradient);
  };
}

void NetworkClassifier::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                               std::span<const float> weights) {
  fit_.restart();
  const NetworkFit::Split split = fit_.split(x.rows());
  inputs_.fit(x, weights, split.training);
  fit_.run(inputs_(x), weights, split, loss(labels));
}

void NetworkClassifier::do_partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                                       std::span<const float> weights) {
  if (!fitted()) {
    fit_.restart();
    inputs_.fit(x, weights, all_rows(x.rows()));
  }
  fit_.pass(inputs_(x), weights, loss(labels));
}

Matrix NetworkClassifier::do_probabilities(const MatrixView& x) const {
  Matrix logits = fit_.predict(inputs_(x));
  softmax_rows(logits);
  return logits;
}

bool NetworkClassifier::export_arrays(ArraySink& sink) const {
  export_inputs(inputs_, sink);
  export_network(fit_.network(), sink);
  return true;
}

void NetworkClassifier::do_save(Writer& out) const {
  inputs_.save(out);
  fit_.save(out);
}

void NetworkClassifier::do_load(Reader& in) {
  inputs_.load(in);
  fit_.load(in);
}

}  // namespace sandlot
