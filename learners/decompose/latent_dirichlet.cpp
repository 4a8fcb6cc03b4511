#include "learners/decompose/latent_dirichlet.h"

#include <algorithm>
#include <cmath>

#include "learners/decompose/projection.h"

namespace sandlot {
namespace {

// exp E[log p] of Dirichlet distributions, one per row.
RowMatrixXd exp_expected_log(const RowMatrixXd& parameters) {
  RowMatrixXd out(parameters.rows(), parameters.cols());
  for (Eigen::Index row = 0; row < out.rows(); ++row) {
    const double of_sum = digamma(parameters.row(row).sum());
    for (Eigen::Index c = 0; c < out.cols(); ++c)
      out(row, c) = std::exp(digamma(parameters(row, c)) - of_sum);
  }
  return out;
}

// E_q[log p(p | prior)] − E_q[log q(p)], for a symmetric prior.
double divergence(const Eigen::RowVectorXd& parameters, double prior) {
  const double sum = parameters.sum(), of_sum = digamma(sum);
  const auto n = static_cast<double>(parameters.size());
  double total = std::lgamma(n * prior) - std::lgamma(sum);
  for (const double p : parameters)
    total += (prior - p) * (digamma(p) - of_sum) + std::lgamma(p) - std::lgamma(prior);
  return total;
}

}  // namespace

double digamma(double x) {
  double sum = 0;
  for (; x < 10; ++x) sum -= 1 / x;
  const double i = 1 / (x * x);
  return sum + std::log(x) - 0.5 / x -
         i * (1.0 / 12 - i * (1.0 / 120 - i * (1.0 / 252 - i * (1.0 / 240 - i / 132))));
}

void LatentDirichletSettings::fields(Fields& f) {
  f.integer("topics", topics, "how many", Range::between(1, 10000));
  f.number("document_prior", document_prior,
           "α, of the topics of a document: small for few at a time; 0: 1 / topics",
           Range::at_least(0));
  f.number("word_prior", word_prior, "η, of the words of a topic; 0: 1 / topics",
           Range::at_least(0));
  f.integer("passes", passes, "over all rows", Range::between(1, 100000));
  f.boolean("online", online, "learn from batches, for many rows");
  f.integer("batch", batch, "rows of one", Range::between(1, 1 << 20));
  f.number("offset", offset, "τ0: makes early batches count less", Range::at_least(1));
  f.number("decay", decay, "κ: how soon later ones count less; 0.5 < κ ≤ 1 converges",
           Range::between(0, 1));
  f.integer("inner_iterations", inner_iterations, "for the topics of one row, at most",
            Range::between(1, 100000));
  f.number("inner_tolerance", inner_tolerance, "mean change of a row's topics at which it is done",
           Range::above(0));
}

void LatentDirichletSettings::check(const Space& input, Issues& issues) const {
  if (input.is_discrete()) issues.add("", "expected a box of counts, not a discrete input");
}

LatentDirichlet::LatentDirichlet(const Settings& settings, const Space& input, Seed seed)
    : Transformer(input),
      settings_(settings),
      seed_(seed),
      alpha_(settings.document_prior > 0 ? settings.document_prior : 1.0 / settings.topics),
      eta_(settings.word_prior > 0 ? settings.word_prior : 1.0 / settings.topics) {
  start();
}

// Topics must differ for any to be preferred: Gamma(100, 1/100), whose mean is 1 and deviation
// 0.1, as its normal limit.
void LatentDirichlet::start() {
  Random random(derive(seed_, "topics"));
  lambda_.resize(settings_.topics, static_cast<Eigen::Index>(input().size()));
  for (Eigen::Index i = 0; i < lambda_.size(); ++i)
    lambda_.data()[i] = std::max(0.1, 1 + 0.1 * random.normal());
  batches_ = 0;
  seen_ = 0;
  prepare();
}

void LatentDirichlet::prepare() { exp_beta_ = exp_expected_log(lambda_); }

RowMatrixXd LatentDirichlet::topics() const {
  RowMatrixXd shares = lambda_;
  for (Eigen::Index t = 0; t < shares.rows(); ++t) shares.row(t) /= shares.row(t).sum();
  return shares;
}

RowMatrixXd LatentDirichlet::explain(const MatrixView& x, std::span<const float> weights,
                                     RowMatrixXd* words) const {
  const Eigen::Index topics = settings_.topics;
  RowMatrixXd gammas(x.rows(), topics);
  std::vector<Eigen::Index> present;
  Eigen::RowVectorXd gamma(topics), former(topics), theta(topics);
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    present.clear();
    for (Eigen::Index c = 0; c < x.cols(); ++c)
      if (x(row, c) > 0) present.push_back(c);
    const auto count = static_cast<Eigen::Index>(present.size());
    RowMatrixXd beta(topics, count);
    Eigen::RowVectorXd counts(count), ratio(count);
    for (Eigen::Index i = 0; i < count; ++i) {
      beta.col(i) = exp_beta_.col(present[static_cast<std::size_t>(i)]);
      counts(i) = static_cast<double>(x(row, present[static_cast<std::size_t>(i)]));
    }
    gamma.setOnes();
    for (int iteration = 0; iteration < settings_.inner_iterations; ++iteration) {
      former = gamma;
      theta = exp_expected_log(gamma);
      ratio = counts.array() / ((theta * beta).array() + 1e-100);
      gamma = (theta.array() * (ratio * beta.transpose()).array() + alpha_).matrix();
      if ((gamma - former).cwiseAbs().mean() < settings_.inner_tolerance) break;
    }
    gammas.row(row) = gamma;
    if (words == nullptr) continue;
    theta = exp_expected_log(gamma);
    ratio = counts.array() / ((theta * beta).array() + 1e-100);
    const auto weight = static_cast<double>(weights[static_cast<std::size_t>(row)]);
    for (Eigen::Index i = 0; i < count; ++i)
      words->col(present[static_cast<std::size_t>(i)]) += weight * ratio(i) * theta.transpose();
  }
  return gammas;
}

void LatentDirichlet::update(const MatrixView& x, std::span<const float> weights, double documents,
                             double rate) {
  RowMatrixXd words = RowMatrixXd::Zero(lambda_.rows(), lambda_.cols());
  explain(x, weights, &words);
  double some = 0;
  for (const float weight : weights) some += static_cast<double>(weight);
  const RowMatrixXd now =
      ((documents / some) * (words.array() * exp_beta_.array()) + eta_).matrix();
  lambda_ = (1 - rate) * lambda_ + rate * now;
  prepare();
}

void LatentDirichlet::do_fit(const MatrixView& x, std::span<const float> weights) {
  check_counts(x);
  start();
  for (const float weight : weights) seen_ += static_cast<double>(weight);
  Random random(derive(seed_, "batches"));
  std::vector<Eigen::Index> order(static_cast<std::size_t>(x.rows()));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<Eigen::Index>(i);
  std::vector<float> some_weights;
  for (int pass = 0; pass < settings_.passes; ++pass) {
    if (!settings_.online) {
      update(x, weights, seen_, 1);
      continue;
    }
    random.shuffle(order);
    for (std::size_t first = 0; first < order.size();
         first += static_cast<std::size_t>(settings_.batch)) {
      const std::size_t last =
          std::min(order.size(), first + static_cast<std::size_t>(settings_.batch));
      const std::vector<Eigen::Index> rows(order.begin() + static_cast<std::ptrdiff_t>(first),
                                           order.begin() + static_cast<std::ptrdiff_t>(last));
      some_weights.clear();
      for (const auto row : rows) some_weights.push_back(weights[static_cast<std::size_t>(row)]);
      const Matrix some = x(rows, Eigen::all);
      update(some, some_weights, seen_,
             std::pow(settings_.offset + static_cast<double>(batches_++), -settings_.decay));
    }
  }
}

void LatentDirichlet::do_partial_fit(const MatrixView& x, std::span<const float> weights) {
  check_counts(x);
  for (const float weight : weights) seen_ += static_cast<double>(weight);
  update(x, weights, seen_,
         std::pow(settings_.offset + static_cast<double>(batches_++), -settings_.decay));
}

Matrix LatentDirichlet::do_transform(const MatrixView& x) const {
  check_counts(x);
  RowMatrixXd gammas = explain(x, {}, nullptr);
  for (Eigen::Index row = 0; row < gammas.rows(); ++row) gammas.row(row) /= gammas.row(row).sum();
  return gammas.cast<float>();
}

double LatentDirichlet::perplexity(const MatrixView& x) const {
  check_counts(x);
  const RowMatrixXd gammas = explain(x, {}, nullptr), theta = exp_expected_log(gammas);
  double bound = 0;
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    for (Eigen::Index c = 0; c < x.cols(); ++c)
      if (x(row, c) > 0)
        bound += static_cast<double>(x(row, c)) * std::log(theta.row(row).dot(exp_beta_.col(c)));
    bound += divergence(gammas.row(row), alpha_);
  }
  for (Eigen::Index t = 0; t < lambda_.rows(); ++t) bound += divergence(lambda_.row(t), eta_);
  return std::exp(-bound / x.cast<double>().sum());
}

void LatentDirichlet::do_save(Writer& out) const {
  out.tag("latent dirichlet");
  out.write(std::vector<double>(lambda_.data(), lambda_.data() + lambda_.size()));
  out.write(batches_);
  out.write(seen_);
}

void LatentDirichlet::do_load(Reader& in) {
  in.expect_tag("latent dirichlet");
  std::vector<double> lambda;
  in.read(lambda);
  in.read(batches_);
  in.read(seen_);
  if (static_cast<Eigen::Index>(lambda.size()) != lambda_.size())
    in.fail("there are other topics or columns");
  for (const double value : lambda)
    if (!(value > 0) || !std::isfinite(value)) in.fail("a topic's weight is not valid");
  if (batches_ < 0 || !(seen_ >= 0) || !std::isfinite(seen_)) in.fail("a count is not valid");
  lambda_ = Eigen::Map<const RowMatrixXd>(lambda.data(), lambda_.rows(), lambda_.cols());
  prepare();
}

}  // namespace sandlot
