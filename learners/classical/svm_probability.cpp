#include "learners/classical/svm_probability.h"

#include <algorithm>
#include <cmath>

namespace sandlot {
namespace {

// exp(−|z|) keeps all that follows from overflowing.
double logistic_loss(double target, double z) {
  return z >= 0 ? target * z + std::log1p(std::exp(-z))
                : (target - 1) * z + std::log1p(std::exp(z));
}

}  // namespace

double Sigmoid::operator()(double decision) const {
  const double z = slope * decision + offset, e = std::exp(-std::abs(z));
  return z >= 0 ? e / (1 + e) : 1 / (1 + e);
}

Sigmoid fit_sigmoid(std::span<const double> decisions, const std::vector<bool>& first,
                    std::span<const double> weights) {
  double firsts = 0, others = 0;
  for (std::size_t i = 0; i < decisions.size(); ++i) (first[i] ? firsts : others) += weights[i];
  const double high = (firsts + 1) / (firsts + 2), low = 1 / (others + 2);
  const auto target = [&](std::size_t i) { return first[i] ? high : low; };
  const auto loss = [&](const Sigmoid& s) {
    double sum = 0;
    for (std::size_t i = 0; i < decisions.size(); ++i)
      sum += weights[i] * logistic_loss(target(i), s.slope * decisions[i] + s.offset);
    return sum;
  };
  // Newton's method with backtracking.
  Sigmoid s{0, std::log((others + 1) / (firsts + 1))};
  double value = loss(s);
  for (int iteration = 0; iteration < 100; ++iteration) {
    double h11 = 1e-12, h22 = 1e-12, h21 = 0, g1 = 0, g2 = 0;
    for (std::size_t i = 0; i < decisions.size(); ++i) {
      const double p = s(decisions[i]), curve = weights[i] * p * (1 - p);
      const double error = weights[i] * (target(i) - p);
      h11 += decisions[i] * decisions[i] * curve;
      h22 += curve;
      h21 += decisions[i] * curve;
      g1 += decisions[i] * error;
      g2 += error;
    }
    if (std::abs(g1) < 1e-5 && std::abs(g2) < 1e-5) break;
    const double determinant = h11 * h22 - h21 * h21;
    const double d1 = -(h22 * g1 - h21 * g2) / determinant,
                 d2 = -(h11 * g2 - h21 * g1) / determinant;
    const double slope = g1 * d1 + g2 * d2;
    double length = 1;
    for (; length >= 1e-10; length /= 2) {
      const Sigmoid next{s.slope + length * d1, s.offset + length * d2};
      const double lower = loss(next);
      if (!(lower < value + 1e-4 * length * slope)) continue;
      s = next;
      value = lower;
      break;
    }
    if (length < 1e-10) break;
  }
  return s;
}

void couple(std::span<const double> pairs, std::span<double> out) {
  const std::size_t n = out.size();
  thread_local std::vector<double> q, qp;
  q.assign(n * n, 0.0);
  qp.assign(n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) continue;
      q[i * n + i] += pairs[j * n + i] * pairs[j * n + i];
      q[i * n + j] = -pairs[j * n + i] * pairs[i * n + j];
    }
  std::fill(out.begin(), out.end(), 1.0 / static_cast<double>(n));
  const double enough = 0.005 / static_cast<double>(n);
  for (std::size_t round = 0; round < std::max<std::size_t>(100, n); ++round) {
    double pqp = 0, worst = 0;
    for (std::size_t i = 0; i < n; ++i) {
      qp[i] = 0;
      for (std::size_t j = 0; j < n; ++j) qp[i] += q[i * n + j] * out[j];
      pqp += out[i] * qp[i];
    }
    for (std::size_t i = 0; i < n; ++i) worst = std::max(worst, std::abs(qp[i] - pqp));
    if (worst < enough) break;
    // p_i ← p_i + (pᵀQp − (Qp)_i) / Q_ii, and all to sum 1 again: Qp and pᵀQp follow.
    for (std::size_t i = 0; i < n; ++i) {
      const double change = (pqp - qp[i]) / q[i * n + i], sum = 1 + change;
      out[i] += change;
      pqp = (pqp + change * (change * q[i * n + i] + 2 * qp[i])) / (sum * sum);
      for (std::size_t j = 0; j < n; ++j) {
        qp[j] = (qp[j] + change * q[i * n + j]) / sum;
        out[j] /= sum;
      }
    }
  }
}

}  // namespace sandlot
