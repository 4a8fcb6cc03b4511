#include "learners/network/fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace sandlot {
namespace {

constexpr Eigen::Index kTogether = 256;  // rows that are evaluated at once

std::vector<Eigen::Index> numbers(Eigen::Index count) {
  std::vector<Eigen::Index> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), Eigen::Index{0});
  return all;
}

double total_weight(std::span<const float> weights, std::span<const Eigen::Index> rows) {
  double total = 0;
  for (const Eigen::Index row : rows)
    total += static_cast<double>(weights[static_cast<std::size_t>(row)]);
  return total;
}

}  // namespace

void EarlyStoppingSettings::fields(Fields& f) {
  f.number("validation", validation,
           "share of the rows that are held back, to stop where the loss on them is least; 0: none, "
           "all epochs are run",
           Range::between(0, 0.9));
  f.when(validation > 0, "validation above 0", [&] {
    f.integer("patience", patience, "epochs without a new least loss before it stops",
              Range::at_least(1));
  });
}

void FitSettings::fields(Fields& f) {
  f.section("optimizer", optimizer, "how the network is changed");
  f.integer("epochs", epochs, "how often each row is learnt from, at most", Range::at_least(1));
  f.integer("batch", batch, "rows of one update; 0: all", Range::at_least(0));
  f.section("early_stopping", early_stopping, "an end before the last epoch");
  f.boolean("standardize", standardize,
            "inputs are shifted and scaled to mean 0 and deviation 1, as the rows learnt from have it");
  backend.fields(f);
}

NetworkFit::NetworkFit(const Architecture& architecture, const FitSettings& settings, Seed seed)
    : settings_(settings), seed_(seed), architecture_(architecture) {
  restart();
}

void NetworkFit::restart() {
  network_ = make_network(architecture_, settings_.optimizer, settings_.backend,
                          derive(seed_, "network"));
  order_ = Random(derive(seed_, "order"));
  steps_ = 0;
  report_ = {};
}

NetworkFit::Split NetworkFit::split(Eigen::Index rows) const {
  Split split;
  split.training = numbers(rows);
  const double share = settings_.early_stopping.validation;
  const auto held = static_cast<std::size_t>(std::llround(share * static_cast<double>(rows)));
  if (held == 0 || held >= static_cast<std::size_t>(rows)) return split;
  Random random(derive(seed_, "validation"));
  random.shuffle(split.training);
  const auto first = split.training.end() - static_cast<std::ptrdiff_t>(held);
  split.validation.assign(first, split.training.end());
  split.training.erase(first, split.training.end());
  return split;
}

void NetworkFit::run(const Matrix& x, std::span<const float> weights, const Split& split,
                     const Loss& loss) {
  report_ = {};
  std::vector<Eigen::Index> rows = split.training;
  std::vector<float> best(network_->parameter_count());
  double least = std::numeric_limits<double>::infinity();
  for (int number = 1; number <= settings_.epochs; ++number) {
    report_.training.push_back(epoch(x, weights, rows, loss));
    if (split.validation.empty()) continue;
    report_.validation.push_back(measure(x, weights, split.validation, loss));
    if (report_.validation.back() < least) {
      least = report_.validation.back();
      report_.best_epoch = number;
      network_->get_weights(best);
    }
    if (number - report_.best_epoch >= settings_.early_stopping.patience) break;
  }
  if (report_.best_epoch == 0)  // nothing was held back, or no loss on it was finite
    report_.best_epoch = report_.epochs();
  else
    network_->set_weights(best);
}

void NetworkFit::pass(const Matrix& x, std::span<const float> weights, const Loss& loss) {
  std::vector<Eigen::Index> rows = numbers(x.rows());
  epoch(x, weights, rows, loss);
}

double NetworkFit::epoch(const Matrix& x, std::span<const float> weights,
                         std::vector<Eigen::Index>& rows, const Loss& loss) {
  const std::size_t width = network_->inputs();
  const std::size_t batch =
      settings_.batch == 0 ? rows.size() : static_cast<std::size_t>(settings_.batch);
  if (batch < rows.size()) order_.shuffle(rows);
  const double total = total_weight(weights, rows);
  const double mean = total / static_cast<double>(rows.size());
  double sum = 0;
  for (std::size_t first = 0; first < rows.size(); first += batch) {
    const auto some = std::span(rows).subspan(first, std::min(batch, rows.size() - first));
    values_.resize(some.size() * width);
    row_weights_.resize(some.size());
    gradient_.resize(some.size() * network_->outputs());
    // By the mean weight of all rows, not that of these: a batch of light rows moves less.
    const double scale = 1 / (mean * static_cast<double>(some.size()));
    for (std::size_t i = 0; i < some.size(); ++i) {
      std::copy_n(x.data() + some[i] * static_cast<Eigen::Index>(width), width,
                  values_.data() + i * width);
      row_weights_[i] = static_cast<float>(
          scale * static_cast<double>(weights[static_cast<std::size_t>(some[i])]));
    }
    NetworkInput input;
    input.rows = static_cast<int>(some.size());
    input.values = values_.data();
    const float* const outputs = network_->forward(input);
    sum += loss(some, outputs, row_weights_.data(), gradient_.data()) / scale;
    network_->backward(gradient_.data());
    network_->step(settings_.optimizer.learning_rate.at(steps_++));
  }
  const double result = sum / total;
  if (!std::isfinite(result))
    throw std::runtime_error("the network's loss is not finite any more; expected a smaller "
                             "optimizer.learning_rate, or optimizer.clip_norm");
  return result;
}

double NetworkFit::measure(const Matrix& x, std::span<const float> weights,
                           std::span<const Eigen::Index> rows, const Loss& loss) {
  const double total = total_weight(weights, rows);
  const Matrix outputs = predict(x(rows, Eigen::all));
  std::vector<float> shares;
  for (const Eigen::Index row : rows)
    shares.push_back(static_cast<float>(
        static_cast<double>(weights[static_cast<std::size_t>(row)]) / total));
  const double result = loss(rows, outputs.data(), shares.data(), nullptr);
  return std::isnan(result) ? std::numeric_limits<double>::infinity() : result;
}

Matrix NetworkFit::predict(const Matrix& x) const {
  Matrix outputs(x.rows(), static_cast<Eigen::Index>(network_->outputs()));
  const std::lock_guard lock(evaluating_);
  for (Eigen::Index row = 0; row < x.rows(); row += kTogether) {
    NetworkInput input;
    input.rows = static_cast<int>(std::min(kTogether, x.rows() - row));
    input.values = x.data() + row * x.cols();
    network_->predict(input, outputs.data() + row * outputs.cols());
  }
  return outputs;
}

void NetworkFit::save(Writer& out) const {
  network_->save(out);
  order_.save(out);
  out.write(steps_);
}

void NetworkFit::load(Reader& in) {
  network_->load(in);
  order_.load(in);
  in.read(steps_);
  if (steps_ < 0) in.fail("the count of updates is negative");
  report_ = {};
}

Matrix NetworkInputs::operator()(const MatrixView& x) const {
  if (space_.is_discrete()) {
    Matrix encoded = Matrix::Zero(x.rows(), space_.n);
    for (Eigen::Index row = 0; row < x.rows(); ++row)
      encoded(row, static_cast<Eigen::Index>(x(row, 0))) = 1;
    return encoded;
  }
  Matrix scaled = x;
  if (standardize_) standardizer_.apply(scaled);
  return scaled;
}

}  // namespace sandlot
