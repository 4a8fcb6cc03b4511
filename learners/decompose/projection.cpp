#include "learners/decompose/projection.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace sandlot {
namespace {

double sum_of(std::span<const float> weights) {
  double sum = 0;
  for (const float weight : weights) sum += static_cast<double>(weight);
  return sum;
}

template <class Vector>
void write(Writer& out, const Vector& values) {
  out.write(std::vector<double>(values.data(), values.data() + values.size()));
}

std::vector<double> read(Reader& in, Eigen::Index size) {
  std::vector<double> values;
  in.read(values);
  if (static_cast<Eigen::Index>(values.size()) != size)
    in.fail("the projection is of another size");
  for (const double value : values)
    if (!std::isfinite(value)) in.fail("a value is not finite");
  return values;
}

}  // namespace

void ProjectionSettings::fields(Fields& f) {
  f.integer("components", components, "numbers that are left", Range::between(1, 65536));
  SpectrumSettings::fields(f);
}

void ProjectionSettings::check(const Space& input, Issues& issues) const {
  if (input.is_discrete())
    return issues.add("", "a discrete input has no directions; expected a box");
  if (static_cast<std::size_t>(components) > input.size())
    issues.add("components",
               "expected at most " + std::to_string(input.size()) + ", as there are inputs");
}

void Pca::Settings::fields(Fields& f) {
  ProjectionSettings::fields(f);
  f.boolean("whiten", whiten, "bring each component to variance 1");
}

Projection::Projection(const ProjectionSettings& settings, const Space& input, Seed seed,
                       bool centred, bool whiten)
    : Transformer(input), settings_(settings), seed_(seed), centred_(centred), whiten_(whiten) {
  const auto columns = static_cast<Eigen::Index>(input.size());
  mean_ = squares_ = Eigen::RowVectorXd::Zero(columns);
  components_ = RowMatrixXd::Zero(settings.components, columns);
  singular_ = Eigen::VectorXd::Zero(settings.components);
  prepare();
}

double Projection::denominator() const {
  return centred_ ? std::max(count_ - 1, 1e-300) : std::max(count_, 1e-300);
}

Eigen::VectorXd Projection::explained_variance() const {
  return singular_.cwiseAbs2() / denominator();
}

void Projection::require_rows(const MatrixView& x) const {
  if (x.rows() < settings_.components)
    throw std::invalid_argument("x has " + std::to_string(x.rows()) + " rows; expected at least " +
                                std::to_string(settings_.components) + ", as there are components");
}

void Projection::do_fit(const MatrixView& x, std::span<const float> weights) {
  require_rows(x);
  const Eigen::Map<const Eigen::VectorXf> w(weights.data(), x.rows());
  count_ = sum_of(weights);
  mean_.setZero();
  if (centred_) {
    for (Eigen::Index row = 0; row < x.rows(); ++row)
      mean_ += static_cast<double>(w[row]) * x.row(row).cast<double>();
    mean_ /= count_;
  }
  const bool as_it_is = !centred_ && (w.array() == 1).all();
  const bool exact = settings_.method == SpectrumMethod::exact;
  // One pass for all that needs the distances from the mean.
  Matrix rows(exact || as_it_is ? 0 : x.rows(), x.cols());
  Eigen::RowVectorXd about(x.cols());
  squares_.setZero();
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    about = x.row(row).cast<double>() - mean_;
    squares_ += static_cast<double>(w[row]) * about.cwiseAbs2();
    if (rows.rows() > 0)
      rows.row(row) = (about * std::sqrt(static_cast<double>(w[row]))).cast<float>();
  }
  if (exact) {
    RowMatrixXd precise = x.cast<double>().rowwise() - mean_;
    precise.array().colwise() *= w.cast<double>().array().sqrt();
    keep(exact_spectrum(precise, settings_.components));
  } else if (as_it_is) {
    keep(randomized_spectrum(x, settings_.components, settings_, seed_));
  } else {
    keep(randomized_spectrum(rows, settings_.components, settings_, seed_));
  }
}

// What was learnt stands for the rows that it was learnt from, as its directions times their
// singular values; that the mean moves is one more row.
void Projection::do_partial_fit(const MatrixView& x, std::span<const float> weights) {
  if (!fitted()) return do_fit(x, weights);
  const Eigen::Map<const Eigen::VectorXf> w(weights.data(), x.rows());
  const double added = sum_of(weights), total = count_ + added;
  RowMatrixXd rows(settings_.components + x.rows() + (centred_ ? 1 : 0), x.cols());
  rows.topRows(settings_.components) = singular_.asDiagonal() * components_;
  auto fresh = rows.middleRows(settings_.components, x.rows());
  fresh = x.cast<double>();
  Eigen::RowVectorXd shift = Eigen::RowVectorXd::Zero(x.cols());
  if (centred_) {
    const Eigen::RowVectorXd mean = w.cast<double>().transpose() * fresh / added;
    fresh.rowwise() -= mean;
    shift = mean - mean_;
    rows.bottomRows(1) = std::sqrt(count_ * added / total) * shift;
  }
  fresh.array().colwise() *= w.cast<double>().array().sqrt();
  squares_ += rows.bottomRows(rows.rows() - settings_.components).colwise().squaredNorm();
  mean_ += shift * added / total;
  count_ = total;
  keep(exact_spectrum(rows, settings_.components));
}

void Projection::keep(const Spectrum& spectrum) {
  components_ = spectrum.vectors;
  singular_ = spectrum.values;
  prepare();
}

void Projection::prepare() {
  total_variance_ = squares_.sum() / denominator();
  RowMatrixXd scaled = components_;
  if (whiten_) {
    const Eigen::VectorXd variance = explained_variance();
    for (Eigen::Index i = 0; i < scaled.rows(); ++i)
      scaled.row(i) *= variance(i) > 0 ? 1 / std::sqrt(variance(i)) : 0;
  }
  forward_ = scaled.transpose().cast<float>();
}

Matrix Projection::do_transform(const MatrixView& x) const {
  if (!centred_) return x * forward_;
  // Shifted first: far from 0 the difference of two large products would be rounded away.
  const Matrix about = (x.cast<double>().rowwise() - mean_).cast<float>();
  return about * forward_;
}

Matrix Projection::do_inverse(const MatrixView& z) const {
  RowMatrixXd scaled = z.cast<double>();
  if (whiten_) scaled *= explained_variance().cwiseSqrt().asDiagonal();
  return ((scaled * components_).rowwise() + mean_).cast<float>();
}

void Projection::do_save(Writer& out) const {
  out.tag("projection");
  out.write(count_);
  write(out, mean_);
  write(out, squares_);
  write(out, components_);
  write(out, singular_);
}

void Projection::do_load(Reader& in) {
  in.expect_tag("projection");
  in.read(count_);
  if (!(count_ >= 0) || !std::isfinite(count_)) in.fail("the weight of the rows is not valid");
  const auto columns = static_cast<Eigen::Index>(input().size());
  const Eigen::Index count = settings_.components;
  mean_ = Eigen::Map<const Eigen::RowVectorXd>(read(in, columns).data(), columns);
  squares_ = Eigen::Map<const Eigen::RowVectorXd>(read(in, columns).data(), columns);
  components_ = Eigen::Map<const RowMatrixXd>(read(in, count * columns).data(), count, columns);
  singular_ = Eigen::Map<const Eigen::VectorXd>(read(in, count).data(), count);
  prepare();
}

void check_counts(const MatrixView& x) {
  Eigen::Index row = 0, column = 0;
  if (x.size() == 0 || x.minCoeff(&row, &column) >= 0) return;
  throw std::invalid_argument("x[" + std::to_string(row) + ", " + std::to_string(column) + "] is " +
                              std::to_string(x(row, column)) + "; expected counts, at least 0");
}

Lsa::Lsa(const Settings& settings, const Space& input, Seed seed)
    : Projection(settings, input, seed, false, false),
      idf_(Eigen::RowVectorXf::Ones(static_cast<Eigen::Index>(input.size()))) {}

Matrix Lsa::weigh(const MatrixView& x) const {
  Matrix weighed = x.array().rowwise() * idf_.array();
  for (Eigen::Index row = 0; row < weighed.rows(); ++row) {
    const float length = weighed.row(row).norm();
    if (length > 0) weighed.row(row) /= length;
  }
  return weighed;
}

void Lsa::do_fit(const MatrixView& x, std::span<const float> weights) {
  check_counts(x);
  const double documents = sum_of(weights);
  for (Eigen::Index c = 0; c < x.cols(); ++c) {
    double with = 0;
    for (Eigen::Index row = 0; row < x.rows(); ++row)
      if (x(row, c) > 0) with += static_cast<double>(weights[static_cast<std::size_t>(row)]);
    idf_[c] = static_cast<float>(std::log((1 + documents) / (1 + with)) + 1);
  }
  Projection::do_fit(weigh(x), weights);
}

// The weights of columns depend on all documents.
void Lsa::do_partial_fit(const MatrixView& x, std::span<const float> weights) {
  Transformer::do_partial_fit(x, weights);
}

Matrix Lsa::do_transform(const MatrixView& x) const {
  check_counts(x);
  return Projection::do_transform(weigh(x));
}

Matrix Lsa::do_inverse(const MatrixView& z) const { return Transformer::do_inverse(z); }

void Lsa::do_save(Writer& out) const {
  Projection::do_save(out);
  out.write(std::vector<float>(idf_.data(), idf_.data() + idf_.size()));
}

void Lsa::do_load(Reader& in) {
  Projection::do_load(in);
  std::vector<float> idf;
  in.read(idf);
  if (static_cast<Eigen::Index>(idf.size()) != idf_.size()) in.fail("there are other columns");
  for (const float value : idf)
    if (!(value > 0) || !std::isfinite(value)) in.fail("a column's weight is not valid");
  idf_ = Eigen::Map<const Eigen::RowVectorXf>(idf.data(), idf_.size());
}

}  // namespace sandlot
