#include "learners/classical/naive_bayes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <string>

#include "learners/classical/linear_model.h"

namespace sandlot {

void NaiveBayes::Settings::fields(Fields& f) {
  using enum BayesDistribution;
  f.choice("distribution", distribution,
           {{"gaussian", gaussian}, {"multinomial", multinomial}, {"bernoulli", bernoulli}},
           "of each input, given the class: numbers, counts, on or off");
  f.when(distribution == gaussian, "distribution: gaussian", [&] {
    f.number("variance_smoothing", variance_smoothing,
             "part of the largest variance of an input that is added to all variances",
             Range::between(0, 1));
  });
  f.number("alpha", alpha,
           "what is added to each count, of a discrete input's numbers too (Laplace)",
           Range::above(0));
  f.when(distribution == bernoulli, "distribution: bernoulli",
         [&] { f.number("threshold", threshold, "values above it are on", Range::any()); });
}

NaiveBayes::NaiveBayes(const Settings& settings, const Space& input, int classes, Seed)
    : Classifier(input, classes),
      settings_(settings),
      kind_(input.is_discrete() ? Kind::category : static_cast<Kind>(settings.distribution)),
      columns_(static_cast<std::size_t>(columns_of(input))),
      class_weight_(static_cast<std::size_t>(classes)),
      constant_(class_weight_.size()) {
  const std::size_t size = class_weight_.size() * columns_;
  sums_.resize(size);
  factor_.resize(size);
  if (kind_ != Kind::gaussian) return;
  known_.resize(size);
  squares_.resize(size);
  column_constant_.resize(size);
}

void NaiveBayes::learn(const float* x, std::size_t label, double weight) {
  class_weight_[label] += weight;
  if (kind_ == Kind::category) {
    if (!std::isnan(x[0])) sums_[at(label, static_cast<std::size_t>(x[0]))] += weight;
    return;
  }
  for (std::size_t c = 0; c < columns_; ++c) {
    const auto value = static_cast<double>(x[c]);
    const std::size_t i = at(label, c);
    if (kind_ == Kind::multinomial) {
      sums_[i] += weight * value;
    } else if (kind_ == Kind::bernoulli) {
      if (value > settings_.threshold) sums_[i] += weight;
    } else if (!std::isnan(value)) {
      known_[i] += weight;
      const double before = value - sums_[i];
      sums_[i] += weight / known_[i] * before;  // the mean
      squares_[i] += weight * before * (value - sums_[i]);
    }
  }
}

// Over all classes: within them, and of their means.
double NaiveBayes::largest_variance() const {
  double largest = 0;
  for (std::size_t c = 0; c < columns_; ++c) {
    double total = 0, mean = 0, squares = 0;
    for (std::size_t k = 0; k < class_weight_.size(); ++k) {
      const double weight = known_[at(k, c)];
      if (weight == 0) continue;
      const double distance = sums_[at(k, c)] - mean;
      squares += squares_[at(k, c)] + distance * distance * total * weight / (total + weight);
      total += weight;
      mean += distance * weight / total;
    }
    if (total > 0) largest = std::max(largest, squares / total);
  }
  return largest;
}

void NaiveBayes::prepare_gaussian(std::size_t label, double least_variance) {
  for (std::size_t c = 0; c < columns_; ++c) {
    const std::size_t i = at(label, c);
    column_constant_[i] = factor_[i] = 0;  // a column of which nothing is known says nothing
    if (known_[i] == 0) continue;
    const double variance = squares_[i] / known_[i] + least_variance;
    column_constant_[i] = -0.5 * std::log(2 * std::numbers::pi * variance);
    factor_[i] = 0.5 / variance;
  }
}

void NaiveBayes::prepare_counts(std::size_t label) {
  const double* sums = &sums_[at(label, 0)];
  const double all = std::accumulate(sums, sums + columns_, 0.0);
  for (std::size_t c = 0; c < columns_; ++c) {
    double& factor = factor_[at(label, c)];
    if (kind_ == Kind::bernoulli) {
      const double p = (sums[c] + settings_.alpha) / (class_weight_[label] + 2 * settings_.alpha);
      factor = std::log(p / (1 - p));
      constant_[label] += std::log1p(-p);
    } else {
      factor = std::log((sums[c] + settings_.alpha) /
                        (all + settings_.alpha * static_cast<double>(columns_)));
    }
  }
}

void NaiveBayes::prepare() {
  const double total = std::accumulate(class_weight_.begin(), class_weight_.end(), 0.0);
  double least_variance = 0;
  if (kind_ == Kind::gaussian) {
    least_variance = settings_.variance_smoothing * largest_variance();
    // Where all inputs are constant there is nothing to take a part of.
    if (!(least_variance > 0)) least_variance = 1e-12;
  }
  for (std::size_t k = 0; k < class_weight_.size(); ++k) {
    constant_[k] = class_weight_[k] > 0 ? std::log(class_weight_[k] / total)
                                        : -std::numeric_limits<double>::infinity();
    if (kind_ == Kind::gaussian)
      prepare_gaussian(k, least_variance);
    else
      prepare_counts(k);
  }
}

void NaiveBayes::log_joint(const float* x, std::span<double> out) const {
  for (std::size_t k = 0; k < out.size(); ++k) {
    double sum = constant_[k];
    const double* factor = &factor_[at(k, 0)];
    switch (kind_) {
      case Kind::category:
        sum += factor[static_cast<std::size_t>(x[0])];
        break;
      case Kind::multinomial:
        sum += sum_of_products(x, factor, columns_);
        break;
      case Kind::bernoulli:
        for (std::size_t c = 0; c < columns_; ++c)
          sum += static_cast<double>(x[c]) > settings_.threshold ? factor[c] : 0;
        break;
      case Kind::gaussian:
        for (std::size_t c = 0; c < columns_; ++c) {
          if (std::isnan(x[c])) continue;
          const double distance = static_cast<double>(x[c]) - sums_[at(k, c)];
          sum += column_constant_[at(k, c)] - distance * distance * factor[c];
        }
        break;
    }
    out[k] = sum;
  }
}

void NaiveBayes::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                        std::span<const float> weights) {
  for (auto* sums : {&class_weight_, &known_, &sums_, &squares_})
    std::fill(sums->begin(), sums->end(), 0.0);
  do_partial_fit(x, labels, weights);
}

void NaiveBayes::do_partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                                std::span<const float> weights) {
  if (kind_ == Kind::multinomial)
    for (Eigen::Index row = 0; row < x.rows(); ++row)
      for (Eigen::Index c = 0; c < x.cols(); ++c)
        if (x(row, c) < 0)
          throw std::invalid_argument("x[" + std::to_string(row) + ", " + std::to_string(c) +
                                      "] is " + std::to_string(x(row, c)) +
                                      "; expected a count, at least 0");
  for (std::size_t row = 0; row < labels.size(); ++row)
    learn(x.row(static_cast<Eigen::Index>(row)).data(), static_cast<std::size_t>(labels[row]),
          static_cast<double>(weights[row]));
  prepare();
}

void NaiveBayes::do_probabilities_row(std::span<const float> x, std::span<float> out) const {
  if (kind_ == Kind::category && std::isnan(x[0])) {
    const double total = std::accumulate(class_weight_.begin(), class_weight_.end(), 0.0);
    for (std::size_t k = 0; k < out.size(); ++k)
      out[k] = static_cast<float>(class_weight_[k] / total);
    return;
  }
  thread_local std::vector<double> values;
  values.resize(out.size());
  log_joint(x.data(), values);
  softmax(values);
  std::transform(values.begin(), values.end(), out.begin(),
                 [](double value) { return static_cast<float>(value); });
}

Matrix NaiveBayes::do_probabilities(const MatrixView& x) const {
  Matrix p(x.rows(), classes());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    do_probabilities_row({x.row(row).data(), input().size()},
                         {p.row(row).data(), static_cast<std::size_t>(classes())});
  return p;
}

void NaiveBayes::do_save(Writer& out) const {
  for (const auto* sums : {&class_weight_, &known_, &sums_, &squares_})
    out.write_bytes(sums->data(), sums->size() * sizeof(double));
}

void NaiveBayes::do_load(Reader& in) {
  for (auto* sums : {&class_weight_, &known_, &sums_, &squares_})
    load_numbers(in, sums->data(), sums->size());
  for (const auto* sums : {&class_weight_, &known_, &squares_})
    for (const double sum : *sums)
      if (sum < 0) in.fail("a weight is below 0");
  for (std::size_t k = 0; k < class_weight_.size() && kind_ != Kind::gaussian; ++k)
    for (std::size_t c = 0; c < columns_; ++c)
      if (sums_[at(k, c)] < 0 ||
          (kind_ == Kind::bernoulli && sums_[at(k, c)] > class_weight_[k] * (1 + 1e-9)))
        in.fail("a count is more than all");
  prepare();
}

}  // namespace sandlot
