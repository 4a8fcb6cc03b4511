#include "learners/classifier.h"

#include <algorithm>
#include <stdexcept>

#include "learners/checks.h"

namespace sandlot {

Classifier::Classifier(Space input, int classes) : input_(std::move(input)), classes_(classes) {
  if (classes < 1)
    throw std::invalid_argument("there are " + std::to_string(classes) +
                                " classes; expected at least 1");
}

void Classifier::fit(const MatrixView& x, std::span<const std::int32_t> labels,
                     std::span<const float> weights) {
  const WeightedRows rows(static_cast<std::size_t>(x.rows()), weights);
  check_inputs(x, input_, takes_missing());
  check_rows("labels", labels.size(), static_cast<std::size_t>(x.rows()));
  check_labels(labels, classes_);
  fitted_ = false;
  if (rows.all())
    do_fit(x, labels, rows.weights());
  else
    do_fit(rows.of(x), rows.of(labels), rows.weights());
  fitted_ = true;
}

void Classifier::partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                             std::span<const float> weights) {
  const WeightedRows rows(static_cast<std::size_t>(x.rows()), weights);
  check_inputs(x, input_, takes_missing());
  check_rows("labels", labels.size(), static_cast<std::size_t>(x.rows()));
  check_labels(labels, classes_);
  if (rows.all())
    do_partial_fit(x, labels, rows.weights());
  else
    do_partial_fit(rows.of(x), rows.of(labels), rows.weights());
  fitted_ = true;
}

void Classifier::do_partial_fit(const MatrixView&, std::span<const std::int32_t>,
                                std::span<const float>) {
  throw std::logic_error("this classifier learns from all examples at once: expected fit()");
}

Matrix Classifier::predict_probabilities(const MatrixView& x) const {
  if (!fitted_)
    throw std::logic_error("the classifier has learnt nothing yet: expected fit() first");
  check_inputs(x, input_, takes_missing());
  if (x.rows() == 0) return Matrix(0, classes_);
  return do_probabilities(x);
}

std::vector<std::int32_t> Classifier::predict(const MatrixView& x) const {
  if (!fitted_)
    throw std::logic_error("the classifier has learnt nothing yet: expected fit() first");
  check_inputs(x, input_, takes_missing());
  if (x.rows() == 0) return {};
  return do_predict(x);
}

Matrix Classifier::do_probabilities(const MatrixView&) const {
  throw std::logic_error("this classifier gives no probabilities: expected predict()");
}

std::vector<std::int32_t> Classifier::do_predict(const MatrixView& x) const {
  const Matrix probabilities = do_probabilities(x);
  std::vector<std::int32_t> labels(static_cast<std::size_t>(x.rows()));
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    Eigen::Index best = 0;
    probabilities.row(row).maxCoeff(&best);
    labels[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(best);
  }
  return labels;
}

void Classifier::do_probabilities_row(std::span<const float> x, std::span<float> out) const {
  const Matrix row = do_probabilities(MatrixMap(x.data(), 1, static_cast<Eigen::Index>(x.size())));
  std::copy_n(row.data(), row.size(), out.begin());
}

void Classifier::save(Writer& out) const {
  out.tag("classifier");
  out.write(fitted_);
  do_save(out);
}

void Classifier::load(Reader& in) {
  in.expect_tag("classifier");
  const bool fitted = in.read<bool>();
  fitted_ = false;
  do_load(in);
  fitted_ = fitted;
}

}  // namespace sandlot
