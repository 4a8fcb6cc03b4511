#include "learners/decompose/spectrum.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>

namespace sandlot {
namespace {

// Singular values below this share of the largest are rounding.
constexpr double kNothing = 1e-12;

void fix_signs(RowMatrixXd& vectors) {
  for (Eigen::Index i = 0; i < vectors.rows(); ++i) {
    Eigen::Index largest = 0;
    vectors.row(i).cwiseAbs().maxCoeff(&largest);
    if (vectors(i, largest) < 0) vectors.row(i) *= -1;
  }
}

// The columns of Q of a thin QR decomposition: by Cholesky decomposition of YᵀY, twice (Yamamoto et
// al. 2015, "Roundoff error analysis of the CholeskyQR2 algorithm"), which is mostly matrix
// products, and by reflections where columns nearly depend on each other.
Eigen::MatrixXf orthonormal(const Eigen::MatrixXf& y) {
  Eigen::MatrixXd q = y.cast<double>();
  for (int pass = 0; pass < 2; ++pass) {
    const Eigen::MatrixXd gram = q.transpose() * q;
    const Eigen::LLT<Eigen::MatrixXd> factor(gram);
    const auto diagonal = factor.matrixLLT().diagonal();
    if (factor.info() != Eigen::Success || !(diagonal.minCoeff() > 1e-6 * diagonal.maxCoeff())) {
      const Eigen::HouseholderQR<Eigen::MatrixXf> qr(y);
      return qr.householderQ() * Eigen::MatrixXf::Identity(y.rows(), y.cols());
    }
    factor.matrixU().solveInPlace<Eigen::OnTheRight>(q);
  }
  return q.cast<float>();
}

// AᵀA y, reading A once: its rows are still in the cache when they are needed again.
Eigen::MatrixXf gram_times(const MatrixView& a, const Eigen::MatrixXf& y) {
  constexpr Eigen::Index kRows = 64;
  Eigen::MatrixXf sum = Eigen::MatrixXf::Zero(a.cols(), y.cols()), part(kRows, y.cols());
  for (Eigen::Index first = 0; first < a.rows(); first += kRows) {
    const auto rows = a.middleRows(first, std::min(kRows, a.rows() - first));
    part.topRows(rows.rows()).noalias() = rows * y;
    sum.noalias() += rows.transpose() * part.topRows(rows.rows());
  }
  return sum;
}

// Of a matrix with few rows.
Spectrum of_few_rows(const RowMatrixXd& a, int count) {
  const Eigen::MatrixXd gram = a * a.transpose();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram);
  Spectrum found{Eigen::VectorXd::Zero(count), RowMatrixXd::Zero(count, a.cols())};
  const double largest = std::sqrt(std::max(0.0, solver.eigenvalues()(gram.rows() - 1)));
  for (Eigen::Index i = 0; i < count; ++i) {
    const Eigen::Index from = gram.rows() - 1 - i;
    const double value = std::sqrt(std::max(0.0, solver.eigenvalues()(from)));
    if (!(value * value > kNothing * largest * largest)) continue;
    found.values(i) = value;
    found.vectors.row(i) = (solver.eigenvectors().col(from).transpose() * a) / value;
    found.vectors.row(i).normalize();
  }
  return found;
}

Spectrum of_few_columns(const RowMatrixXd& a, int count) {
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(a.cols(), a.cols());
  gram.selfadjointView<Eigen::Lower>().rankUpdate(a.transpose());
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram);
  Spectrum found{Eigen::VectorXd(count), RowMatrixXd(count, a.cols())};
  for (Eigen::Index i = 0; i < count; ++i) {
    const Eigen::Index from = a.cols() - 1 - i;
    found.values(i) = std::sqrt(std::max(0.0, solver.eigenvalues()(from)));
    found.vectors.row(i) = solver.eigenvectors().col(from).transpose();
  }
  return found;
}

}  // namespace

void SpectrumSettings::fields(Fields& f) {
  f.choice("method", method,
           {{"exact", SpectrumMethod::exact}, {"randomized", SpectrumMethod::randomized}},
           "randomized: an estimate, for many columns");
  f.integer("power_iterations", power_iterations, "of randomized: more are more exact",
            Range::between(0, 100));
  f.integer("oversample", oversample, "of randomized: random vectors beyond those asked for",
            Range::between(0, 1000));
}

Spectrum exact_spectrum(const RowMatrixXd& a, int count) {
  Spectrum found = a.rows() < a.cols() ? of_few_rows(a, count) : of_few_columns(a, count);
  fix_signs(found.vectors);
  return found;
}

Spectrum randomized_spectrum(const MatrixView& a, int count, const SpectrumSettings& settings,
                             Seed seed) {
  const Eigen::Index width =
      std::min<Eigen::Index>({a.rows(), a.cols(), count + settings.oversample});
  Random random(derive(seed, "range"));
  Eigen::MatrixXf y(a.cols(), width);
  for (Eigen::Index i = 0; i < y.size(); ++i) y(i) = static_cast<float>(random.normal());
  // Made orthonormal where it is small: once per power of AᵀA.
  for (int i = 0; i < settings.power_iterations; ++i) y = orthonormal(gram_times(a, y));
  const Eigen::MatrixXf q = orthonormal(a * y);
  const RowMatrixXd small = (q.transpose() * a).cast<double>();
  Spectrum found = of_few_rows(small, count);
  fix_signs(found.vectors);
  return found;
}

}  // namespace sandlot
