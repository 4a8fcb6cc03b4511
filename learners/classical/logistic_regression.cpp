#include "learners/classical/logistic_regression.h"

#include <algorithm>
#include <cmath>

namespace sandlot {
namespace {

using Coefficients = RowMatrixXd;  // [rows of W, columns + 1], the intercepts last

double dot(const Coefficients& a, const Coefficients& b) { return a.cwiseProduct(b).sum(); }

// The loss in standardised columns z: C Σ weight (log Σ exp(logits) − own logit) + ½ Σ (v /
// deviation)².
class Objective {
 public:
  // x [rows, columns] is standardised; labels number the rows of W, or are 0 and 1 for a single
  // one.
  Objective(const RowMatrixXd& z, const std::vector<Eigen::Index>& labels,
            const Eigen::VectorXd& weights, const Eigen::RowVectorXd& penalty, Eigen::Index classes)
      : z_(z), labels_(labels), weights_(weights), penalty_(penalty), binary_(classes == 2) {
    p_.resize(z.rows(), binary_ ? 1 : classes);
  }

  // Keeps the probabilities that gradient() and curvature() are of.
  double value(const Coefficients& v) {
    p_ = logits(v);
    double loss = 0;
    for (Eigen::Index row = 0; row < p_.rows(); ++row) {
      const Eigen::Index label = labels_[static_cast<std::size_t>(row)];
      if (binary_) {
        const double logit = p_(row, 0), e = std::exp(-std::abs(logit));
        // log(1 + exp(∓logit)) without overflow.
        loss += weights_[row] * (std::max(label == 1 ? -logit : logit, 0.0) + std::log1p(e));
        p_(row, 0) = logit >= 0 ? 1 / (1 + e) : e / (1 + e);
      } else {
        const double own = p_(row, label), most = p_.row(row).maxCoeff();
        p_.row(row) = (p_.row(row).array() - most).exp();
        const double sum = p_.row(row).sum();
        loss += weights_[row] * (std::log(sum) + most - own);
        p_.row(row) /= sum;
      }
    }
    return loss + 0.5 * dot(v, penalised(v));
  }

  Coefficients gradient(const Coefficients& v) const {
    RowMatrixXd errors = p_;
    for (Eigen::Index row = 0; row < p_.rows(); ++row) {
      const Eigen::Index label = labels_[static_cast<std::size_t>(row)];
      if (binary_)
        errors(row, 0) -= static_cast<double>(label);
      else
        errors(row, label) -= 1;
      errors.row(row) *= weights_[row];
    }
    return back(errors) + penalised(v);
  }

  // The Hessian times d.
  Coefficients curvature(const Coefficients& d) const {
    RowMatrixXd u = logits(d);
    for (Eigen::Index row = 0; row < p_.rows(); ++row) {
      if (binary_) {
        u(row, 0) *= weights_[row] * p_(row, 0) * (1 - p_(row, 0));
        continue;
      }
      const double mean = u.row(row).cwiseProduct(p_.row(row)).sum();
      u.row(row) =
          weights_[row] * p_.row(row).cwiseProduct((u.row(row).array() - mean).matrix()).eval();
    }
    return back(u) + penalised(d);
  }

 private:
  RowMatrixXd logits(const Coefficients& v) const {
    const Eigen::Index columns = z_.cols();
    RowMatrixXd u = z_ * v.leftCols(columns).transpose();
    u.rowwise() += v.col(columns).transpose();
    return u;
  }
  Coefficients back(const RowMatrixXd& u) const {
    Coefficients g(u.cols(), z_.cols() + 1);
    g.leftCols(z_.cols()) = u.transpose() * z_;
    g.col(z_.cols()) = u.colwise().sum().transpose();
    return g;
  }
  Coefficients penalised(const Coefficients& v) const {
    return v.array().rowwise() * penalty_.array();
  }

  const RowMatrixXd& z_;
  const std::vector<Eigen::Index>& labels_;
  const Eigen::VectorXd& weights_;  // times C
  const Eigen::RowVectorXd&
      penalty_;  // of the square of each column's coefficient; 0 of the intercept
  bool binary_;
  RowMatrixXd p_;
};

// Solves curvature · d = −g until the rest is a small part of g.
Coefficients direction(const Objective& objective, const Coefficients& g, double part) {
  Coefficients d = Coefficients::Zero(g.rows(), g.cols()), rest = -g, along = rest;
  double squares = dot(rest, rest);
  const double enough = part * part * squares;
  for (Eigen::Index i = 0; i < 10 * g.size() && squares > enough; ++i) {
    const Coefficients h = objective.curvature(along);
    const double bend = dot(along, h);
    if (!(bend > 0)) break;
    const double length = squares / bend;
    d += length * along;
    rest -= length * h;
    const double before = squares;
    squares = dot(rest, rest);
    along = rest + squares / before * along;
  }
  return d;
}

// Returns whether the gradient became small.
bool minimise(Objective& objective, Coefficients& v, double tolerance, int iterations) {
  double value = objective.value(v), first = 0;
  for (int i = 0; i < iterations; ++i) {
    const Coefficients g = objective.gradient(v);
    const double norm = std::sqrt(dot(g, g));
    if (i == 0) first = norm;
    if (norm <= tolerance * first) return true;
    const Coefficients d = direction(objective, g, std::min(0.1, std::sqrt(norm / first)));
    const double slope = dot(g, d);
    if (!(slope < 0)) return false;
    // Near the minimum a step is good if the loss does not rise by more than its rounding.
    const double rounding = 1e-13 * std::abs(value);
    double length = 1;
    Coefficients next = v + d;
    double lower = objective.value(next);
    while (!(lower <= value + 1e-4 * length * slope + rounding) && length > 1e-10) {
      length /= 2;
      next = v + length * d;
      lower = objective.value(next);
    }
    v = next;
    value = lower;
  }
  return false;
}

}  // namespace

void LogisticRegression::Settings::fields(Fields& f) {
  f.number("c", c, "weight of the examples against the penalty on the squares of coefficients",
           Range::above(0));
  f.number("tolerance", tolerance, "part of the first gradient at which it is done",
           Range::between(1e-12, 0.1));
  f.integer("iterations", iterations, "Newton steps at most", Range::between(1, 1000000));
}

LogisticRegression::LogisticRegression(const Settings& settings, const Space& input, int classes,
                                       Seed)
    : Classifier(input, classes), settings_(settings), seen_{0}, model_(input, 1) {}

void LogisticRegression::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                                std::span<const float> weights) {
  seen_.assign(labels.begin(), labels.end());
  std::sort(seen_.begin(), seen_.end());
  seen_.erase(std::unique(seen_.begin(), seen_.end()), seen_.end());
  const auto count = static_cast<Eigen::Index>(seen_.size());
  const Eigen::Index outputs = count <= 2 ? 1 : count;
  model_ = LinearModel(input(), static_cast<int>(outputs));
  converged_ = true;
  if (count == 1) return;

  std::vector<Eigen::Index> own;
  for (const std::int32_t label : labels)
    own.push_back(std::lower_bound(seen_.begin(), seen_.end(), label) - seen_.begin());
  RowMatrixXd z = expand(input(), x);
  const Eigen::Index columns = z.cols();
  Eigen::RowVectorXd mean = z.row(0);  // first, so that nothing is left of constant columns
  z.rowwise() -= mean;
  const Eigen::RowVectorXd rest = z.colwise().mean();
  z.rowwise() -= rest;
  mean += rest;
  Eigen::RowVectorXd deviation = (z.colwise().squaredNorm() / static_cast<double>(z.rows()))
                                     .cwiseSqrt()
                                     .unaryExpr([](double d) { return d > 0 ? d : 1.0; });
  z.array().rowwise() /= deviation.array();
  Eigen::RowVectorXd penalty = Eigen::RowVectorXd::Zero(columns + 1);
  penalty.head(columns) = deviation.cwiseAbs2().cwiseInverse();
  const Eigen::VectorXd scaled =
      settings_.c * Eigen::Map<const Eigen::VectorXf>(weights.data(), z.rows()).cast<double>();

  Objective objective(z, own, scaled, penalty, count);
  Coefficients v = Coefficients::Zero(outputs, columns + 1);
  converged_ = minimise(objective, v, settings_.tolerance, settings_.iterations);
  model_.weights = v.leftCols(columns).array().rowwise() / deviation.array();
  model_.intercept = v.col(columns) - model_.weights * mean.transpose();
}

void LogisticRegression::do_probabilities_row(std::span<const float> x,
                                              std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0f);
  const auto at = [&](std::size_t k) -> float& { return out[static_cast<std::size_t>(seen_[k])]; };
  if (seen_.size() == 1) {
    at(0) = 1;
  } else if (seen_.size() == 2) {
    const double p = 1 / (1 + std::exp(-model_.value(x.data(), 0)));
    at(0) = static_cast<float>(1 - p);
    at(1) = static_cast<float>(p);
  } else {
    thread_local std::vector<double> values;
    values.resize(seen_.size());
    for (std::size_t k = 0; k < seen_.size(); ++k)
      values[k] = model_.value(x.data(), static_cast<int>(k));
    softmax(values);
    for (std::size_t k = 0; k < seen_.size(); ++k) at(k) = static_cast<float>(values[k]);
  }
}

Matrix LogisticRegression::do_probabilities(const MatrixView& x) const {
  Matrix p(x.rows(), classes());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    do_probabilities_row({x.row(row).data(), input().size()},
                         {p.row(row).data(), static_cast<std::size_t>(classes())});
  return p;
}

void LogisticRegression::do_save(Writer& out) const {
  out.write(seen_);
  out.write(converged_);
  model_.save(out);
}

void LogisticRegression::do_load(Reader& in) {
  std::vector<std::int32_t> seen;
  in.read(seen);
  if (seen.empty()) in.fail("there are no classes");
  for (std::size_t k = 0; k < seen.size(); ++k)
    if (seen[k] < 0 || seen[k] >= classes() || (k > 0 && seen[k] <= seen[k - 1]))
      in.fail("the classes are not those that there are");
  in.read(converged_);
  LinearModel model(input(), seen.size() <= 2 ? 1 : static_cast<int>(seen.size()));
  model.load(in);
  seen_ = std::move(seen);
  model_ = std::move(model);
}

}  // namespace sandlot
