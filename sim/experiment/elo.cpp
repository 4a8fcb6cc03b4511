#include "sim/experiment/elo.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sandlot {
namespace {

using Matrix = std::vector<std::vector<double>>;

// Gauss and Jordan with pivots; `a` is small, symmetric and positive definite.
Matrix inverse(Matrix a) {
  const std::size_t n = a.size();
  Matrix b(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i) b[i][i] = 1;
  for (std::size_t column = 0; column < n; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column; row < n; ++row)
      if (std::abs(a[row][column]) > std::abs(a[pivot][column])) pivot = row;
    std::swap(a[column], a[pivot]);
    std::swap(b[column], b[pivot]);
    const double scale = 1 / a[column][column];
    for (std::size_t k = 0; k < n; ++k) {
      a[column][k] *= scale;
      b[column][k] *= scale;
    }
    for (std::size_t row = 0; row < n; ++row) {
      const double factor = a[row][column];
      if (row == column || factor == 0) continue;
      for (std::size_t k = 0; k < n; ++k) {
        a[row][k] -= factor * a[column][k];
        b[row][k] -= factor * b[column][k];
      }
    }
  }
  return b;
}

}  // namespace

std::vector<Rating> bradley_terry(int players, const std::vector<GameResult>& games, double prior) {
  const auto n = static_cast<std::size_t>(players);
  std::vector<Rating> ratings(n);
  Matrix met(n, std::vector<double>(n));
  std::vector<double> points(n);
  for (const auto& game : games) {
    const auto a = static_cast<std::size_t>(game.first), b = static_cast<std::size_t>(game.second);
    met[a][b] += 1;
    met[b][a] += 1;
    points[a] += game.score;
    points[b] += 1 - game.score;
    ++ratings[a].games;
    ++ratings[b].games;
    ratings[a].score += game.score;
    ratings[b].score += 1 - game.score;
  }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (met[i][j] > 0) {
        met[i][j] += prior;
        points[i] += prior / 2;
      }
  std::vector<double> log_gamma(n);
  for (int round = 0; round < 10000; ++round) {
    double change = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < n; ++j)
        if (met[i][j] > 0) sum += met[i][j] / (std::exp(log_gamma[i]) + std::exp(log_gamma[j]));
      if (sum == 0 || points[i] <= 0) continue;
      const double next = std::log(points[i] / sum);
      change = std::max(change, std::abs(next - log_gamma[i]));
      log_gamma[i] = next;
    }
    double mean = 0;
    for (const double g : log_gamma) mean += g / static_cast<double>(n);
    for (double& g : log_gamma) g -= mean;
    if (change < 1e-10) break;
  }
  // The information about the strengths knows only differences: with J / n it becomes invertible,
  // and its inverse less J / n is the covariance of strengths about their mean.
  Matrix information(n, std::vector<double>(n, 1 / static_cast<double>(n)));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j || met[i][j] == 0) continue;
      const double p = 1 / (1 + std::exp(log_gamma[j] - log_gamma[i]));
      information[i][i] += met[i][j] * p * (1 - p);
      information[i][j] -= met[i][j] * p * (1 - p);
    }
  bool connected = true;
  for (std::size_t i = 0; i < n; ++i) connected &= ratings[i].games > 0;
  const Matrix covariance = connected && n > 1 ? inverse(information) : Matrix();
  const double elo = 400 / std::log(10.0);
  for (std::size_t i = 0; i < n; ++i) {
    ratings[i].elo = elo * log_gamma[i];
    if (!covariance.empty())
      ratings[i].error =
          1.96 * elo * std::sqrt(std::max(0.0, covariance[i][i] - 1 / static_cast<double>(n)));
  }
  return ratings;
}

Interval wilson(double successes, double trials) {
  if (trials <= 0) return {};
  constexpr double z = 1.959964;
  const double p = successes / trials, scale = 1 + z * z / trials;
  const double middle = (p + z * z / (2 * trials)) / scale;
  const double half = z * std::sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials)) / scale;
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

}  // namespace sandlot
