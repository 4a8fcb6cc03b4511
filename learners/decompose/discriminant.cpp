#include "learners/decompose/discriminant.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace sandlot {
namespace {

// Variances below this share of the largest are rounding.
constexpr double kNothing = 1e-10;

struct Classes {
  Eigen::RowVectorXd mean;  // of all rows
  RowMatrixXd means;        // [classes, columns], less that
  Eigen::VectorXd weights;  // [classes]
  Eigen::MatrixXd within;   // covariance about the class means
};

Classes describe(const MatrixView& x, std::span<const std::int32_t> labels,
                 std::span<const float> weights, int classes) {
  Classes c{Eigen::RowVectorXd::Zero(x.cols()), RowMatrixXd::Zero(classes, x.cols()),
            Eigen::VectorXd::Zero(classes), Eigen::MatrixXd::Zero(x.cols(), x.cols())};
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const auto i = static_cast<std::size_t>(row);
    const auto weight = static_cast<double>(weights[i]);
    c.means.row(labels[i]) += weight * x.row(row).cast<double>();
    c.weights(labels[i]) += weight;
  }
  c.mean = c.means.colwise().sum() / c.weights.sum();
  for (Eigen::Index label = 0; label < classes; ++label)
    if (c.weights(label) > 0) c.means.row(label) = c.means.row(label) / c.weights(label) - c.mean;
  RowMatrixXd about(x.rows(), x.cols());
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const auto i = static_cast<std::size_t>(row);
    about.row(row) = (x.row(row).cast<double>() - c.mean - c.means.row(labels[i])) *
                     std::sqrt(static_cast<double>(weights[i]));
  }
  // Each class' mean costs a degree of freedom.
  const double total = c.weights.sum(),
               free = total - static_cast<double>((c.weights.array() > 0).count());
  c.within.selfadjointView<Eigen::Lower>().rankUpdate(about.transpose(),
                                                      1 / (free > 0 ? free : total));
  c.within.triangularView<Eigen::StrictlyUpper>() = c.within.transpose();
  return c;
}

// [columns, kept]: x · whitening has covariance 1 within the classes.
Eigen::MatrixXd whitening(const Eigen::MatrixXd& within) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(within);
  const auto& variances = solver.eigenvalues();
  const double largest = variances(variances.size() - 1);
  Eigen::Index from = 0;
  while (from < variances.size() && !(variances(from) > kNothing * largest)) ++from;
  const Eigen::Index kept = variances.size() - from;
  return solver.eigenvectors().rightCols(kept) *
         variances.tail(kept).cwiseSqrt().cwiseInverse().asDiagonal();
}

}  // namespace

void LinearDiscriminant::Settings::fields(Fields& f) {
  f.number("shrinkage", shrinkage,
           "of the covariance towards a multiple of the identity: 0 none, 1 wholly",
           Range::between(0, 1));
}

void LinearDiscriminant::Settings::check(const Space& input, Issues& issues) const {
  if (input.is_discrete()) issues.add("", "a discrete input has no directions; expected a box");
}

LinearDiscriminant::LinearDiscriminant(const Settings& settings, const Space& input, int classes,
                                       Seed)
    : Classifier(input, classes), settings_(settings) {
  const auto columns = static_cast<Eigen::Index>(input.size());
  mean_ = Eigen::RowVectorXd::Zero(columns);
  directions_ = RowMatrixXd::Zero(0, columns);
  slopes_ = RowMatrixXd::Zero(classes, columns);
  constants_ = Eigen::VectorXd::Zero(classes);
}

void LinearDiscriminant::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                                std::span<const float> weights) {
  Classes c = describe(x, labels, weights, classes());
  if (!(c.within.trace() > 0))
    throw std::invalid_argument("the rows of each class are all equal; expected some that differ");
  if (settings_.shrinkage > 0) {
    const double level = settings_.shrinkage * c.within.trace() / static_cast<double>(x.cols());
    c.within *= 1 - settings_.shrinkage;
    c.within.diagonal().array() += level;
  }
  const Eigen::MatrixXd white = whitening(c.within);
  const RowMatrixXd centres = c.means * white;  // [classes, kept]
  const Eigen::VectorXd priors = c.weights / c.weights.sum();

  const RowMatrixXd spread = priors.cwiseSqrt().asDiagonal() * centres;
  const auto most =
      std::min<Eigen::Index>({(priors.array() > 0).count() - 1, spread.rows(), spread.cols()});
  const Spectrum between = exact_spectrum(spread, static_cast<int>(most));
  Eigen::Index count = 0;
  while (count < most && between.values(count) > 1e-6 * between.values(0)) ++count;
  directions_ = between.vectors.topRows(count) * white.transpose();
  share_ = between.values.head(count).cwiseAbs2();
  if (count > 0) share_ /= share_.sum();

  mean_ = c.mean;
  slopes_ = centres * white.transpose();
  for (Eigen::Index label = 0; label < priors.size(); ++label)
    constants_(label) = priors(label) > 0
                            ? std::log(priors(label)) - centres.row(label).squaredNorm() / 2
                            : -std::numeric_limits<double>::infinity();
}

Matrix LinearDiscriminant::project(const MatrixView& x) const {
  return ((x.cast<double>().rowwise() - mean_) * directions_.transpose()).cast<float>();
}

Matrix LinearDiscriminant::do_probabilities(const MatrixView& x) const {
  Matrix out(x.rows(), classes());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    do_probabilities_row({x.row(row).data(), static_cast<std::size_t>(x.cols())},
                         {out.row(row).data(), static_cast<std::size_t>(out.cols())});
  return out;
}

void LinearDiscriminant::do_probabilities_row(std::span<const float> x,
                                              std::span<float> out) const {
  thread_local Eigen::VectorXd scores, about;
  about =
      Eigen::Map<const Eigen::VectorXf>(x.data(), mean_.size()).cast<double>() - mean_.transpose();
  scores = constants_;
  scores.noalias() += slopes_ * about;
  scores = (scores.array() - scores.maxCoeff()).exp();
  const double sum = scores.sum();
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<float>(scores(static_cast<Eigen::Index>(i)) / sum);
}

void LinearDiscriminant::do_save(Writer& out) const {
  out.tag("linear discriminant");
  for (const auto& values :
       {std::vector<double>(mean_.data(), mean_.data() + mean_.size()),
        std::vector<double>(directions_.data(), directions_.data() + directions_.size()),
        std::vector<double>(share_.data(), share_.data() + share_.size()),
        std::vector<double>(slopes_.data(), slopes_.data() + slopes_.size()),
        std::vector<double>(constants_.data(), constants_.data() + constants_.size())})
    out.write(values);
}

void LinearDiscriminant::do_load(Reader& in) {
  in.expect_tag("linear discriminant");
  const auto columns = static_cast<Eigen::Index>(input().size());
  std::vector<double> mean, directions, share, slopes, constants;
  for (auto* values : {&mean, &directions, &share, &slopes, &constants}) in.read(*values);
  for (const auto* values : {&mean, &directions, &share, &slopes})
    for (const double value : *values)
      if (!std::isfinite(value)) in.fail("a value is not finite");
  for (const double value : constants)
    if (std::isnan(value) || value == std::numeric_limits<double>::infinity())
      in.fail("a constant is not valid");
  const auto count = static_cast<Eigen::Index>(share.size());
  const Eigen::Index labels = classes();
  if (static_cast<Eigen::Index>(mean.size()) != columns ||
      static_cast<Eigen::Index>(directions.size()) != count * columns ||
      static_cast<Eigen::Index>(slopes.size()) != labels * columns ||
      static_cast<Eigen::Index>(constants.size()) != labels)
    in.fail("the discriminant is of another size");
  mean_ = Eigen::Map<const Eigen::RowVectorXd>(mean.data(), columns);
  directions_ = Eigen::Map<const RowMatrixXd>(directions.data(), count, columns);
  share_ = Eigen::Map<const Eigen::VectorXd>(share.data(), count);
  slopes_ = Eigen::Map<const RowMatrixXd>(slopes.data(), labels, columns);
  constants_ = Eigen::Map<const Eigen::VectorXd>(constants.data(), labels);
}

}  // namespace sandlot
