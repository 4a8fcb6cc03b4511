#include "agents/genetic/cma_es.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace sandlot {
namespace {

constexpr std::size_t kMostGenes = 2000;  // whose covariance is still quickly decomposed

Eigen::Index default_population(Eigen::Index genes) {
  return 4 + static_cast<Eigen::Index>(3 * std::log(static_cast<double>(genes)));
}

void write(Writer& out, const Eigen::MatrixXd& values) {
  out.write(std::vector<double>(values.data(), values.data() + values.size()));
}

void read(Reader& in, Eigen::Ref<Eigen::MatrixXd> to) {
  std::vector<double> values;
  in.read(values);
  if (static_cast<Eigen::Index>(values.size()) != to.size())
    in.fail("the search is of another size");
  for (const double value : values)
    if (!std::isfinite(value)) in.fail("a number of the search is not finite");
  to = Eigen::Map<const Eigen::MatrixXd>(values.data(), to.rows(), to.cols());
}

}  // namespace

void CmaEsSettings::fields(Fields& f) {
  f.integer("population", population, "individuals of a generation; 0: 4 + 3 ln(genes)",
            Range::between(0, 100000));
  f.number("sigma", sigma, "deviation of the first generation", Range::above(0));
}

void CmaEsSettings::check(std::size_t genes, Issues& issues) const {
  if (genes > kMostGenes)
    issues.add("hidden", "makes " + std::to_string(genes) + " weights; cma_es takes at most " +
                             std::to_string(kMostGenes) + ": evolution_strategy takes more");
  if (population == 1) issues.add("population", "expected at least 2, or 0");
}

CmaEs::CmaEs(const Settings& settings, std::span<const float> scale, Seed seed)
    : random_(derive(seed, "cma-es")),
      genes_(static_cast<Eigen::Index>(scale.size())),
      lambda_(settings.population > 0 ? settings.population : default_population(genes_)),
      sigma_(settings.sigma),
      mean_(Eigen::VectorXd::Zero(genes_)),
      p_sigma_(Eigen::VectorXd::Zero(genes_)),
      p_c_(Eigen::VectorXd::Zero(genes_)),
      covariance_(Eigen::MatrixXd::Identity(genes_, genes_)),
      basis_(Eigen::MatrixXd::Identity(genes_, genes_)),
      axes_(Eigen::VectorXd::Ones(genes_)),
      population_(lambda_, genes_),
      best_(scale.size()) {
  set_constants();
  sample();
}

void CmaEs::set_constants() {
  const auto n = static_cast<double>(genes_);
  mu_ = lambda_ / 2;
  weights_.resize(mu_);
  for (Eigen::Index i = 0; i < mu_; ++i)
    weights_(i) =
        std::log((static_cast<double>(lambda_) + 1) / 2) - std::log(static_cast<double>(i) + 1);
  weights_ /= weights_.sum();
  mu_eff_ = 1 / weights_.squaredNorm();
  c_sigma_ = (mu_eff_ + 2) / (n + mu_eff_ + 5);
  d_sigma_ = 1 + 2 * std::max(0.0, std::sqrt((mu_eff_ - 1) / (n + 1)) - 1) + c_sigma_;
  c_c_ = (4 + mu_eff_ / n) / (n + 4 + 2 * mu_eff_ / n);
  c_1_ = 2 / ((n + 1.3) * (n + 1.3) + mu_eff_);
  c_mu_ =
      std::min(1 - c_1_, 2 * (0.25 + mu_eff_ + 1 / mu_eff_ - 2) / ((n + 2) * (n + 2) + mu_eff_));
  chi_ = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
}

void CmaEs::sample() {
  Eigen::VectorXd z(genes_);
  for (Eigen::Index k = 0; k < lambda_; ++k) {
    for (Eigen::Index g = 0; g < genes_; ++g) z(g) = random_.normal();
    const Eigen::VectorXd x = mean_ + sigma_ * (basis_ * (axes_.array() * z.array()).matrix());
    population_.row(k) = x.cast<float>();
  }
}

void CmaEs::tell(std::span<const double> fitness) {
  const auto order = best_first(fitness);
  // Steps of the best, in units of sigma, as they were measured: rounded to float.
  Eigen::MatrixXd y(genes_, mu_);
  for (Eigen::Index i = 0; i < mu_; ++i)
    y.col(i) = (population_.row(static_cast<Eigen::Index>(order[static_cast<std::size_t>(i)]))
                    .cast<double>()
                    .transpose() -
                mean_) /
               sigma_;
  const Eigen::VectorXd step = y * weights_;
  mean_ += sigma_ * step;

  const Eigen::VectorXd whitened =
      basis_ * ((basis_.transpose() * step).array() / axes_.array()).matrix();
  p_sigma_ = (1 - c_sigma_) * p_sigma_ + std::sqrt(c_sigma_ * (2 - c_sigma_) * mu_eff_) * whitened;
  ++generation_;
  const double length = p_sigma_.norm();
  const double expected =
      std::sqrt(1 - std::pow(1 - c_sigma_, 2 * static_cast<double>(generation_)));
  const bool still = length / expected < (1.4 + 2 / (static_cast<double>(genes_) + 1)) * chi_;
  p_c_ = (1 - c_c_) * p_c_ + (still ? std::sqrt(c_c_ * (2 - c_c_) * mu_eff_) : 0.0) * step;
  const double lost = still ? 0 : c_1_ * c_c_ * (2 - c_c_);
  covariance_ *= 1 - c_1_ - c_mu_ + lost;
  covariance_.noalias() += c_1_ * p_c_ * p_c_.transpose();
  covariance_.noalias() += c_mu_ * y * weights_.asDiagonal() * y.transpose();
  sigma_ *= std::exp(std::min(1.0, c_sigma_ / d_sigma_ * (length / chi_ - 1)));
  sigma_ = std::clamp(sigma_, 1e-12, 1e6);
  decompose();
  for (std::size_t g = 0; g < best_.size(); ++g)
    best_[g] = static_cast<float>(mean_(static_cast<Eigen::Index>(g)));
  sample();
}

// As often as is worth its time: after some 1 / (10 n (c1 + cμ)) generations.
void CmaEs::decompose() {
  const double every = 1 / ((c_1_ + c_mu_) * static_cast<double>(genes_) * 10);
  if (static_cast<double>(generation_ - decomposed_) < every) return;
  decomposed_ = generation_;
  covariance_ = (covariance_ + covariance_.transpose()).eval() / 2;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance_);
  basis_ = solver.eigenvectors();
  const double least = 1e-14 * std::max(solver.eigenvalues().maxCoeff(), 1e-300);
  axes_ = solver.eigenvalues().cwiseMax(least).cwiseSqrt();
}

void CmaEs::save(Writer& out) const {
  out.tag("cma-es");
  random_.save(out);
  out.write(sigma_);
  out.write(generation_);
  out.write(decomposed_);
  for (const Eigen::VectorXd* v : {&mean_, &p_sigma_, &p_c_, &axes_}) write(out, *v);
  write(out, covariance_);
  write(out, basis_);
  save_matrix(population_, out);
  out.write(best_);
}

void CmaEs::load(Reader& in) {
  in.expect_tag("cma-es");
  random_.load(in);
  in.read(sigma_);
  in.read(generation_);
  in.read(decomposed_);
  if (!(sigma_ > 0) || !std::isfinite(sigma_) || generation_ < 0 || decomposed_ < 0 ||
      decomposed_ > generation_)
    in.fail("the state of the search is not valid");
  for (Eigen::VectorXd* v : {&mean_, &p_sigma_, &p_c_, &axes_}) read(in, *v);
  if (!(axes_.minCoeff() > 0)) in.fail("an axis of the search has no length");
  read(in, covariance_);
  read(in, basis_);
  load_matrix(in, population_);
  const std::size_t genes = best_.size();
  in.read(best_);
  if (best_.size() != genes) in.fail("the search is of another size");
}

}  // namespace sandlot
