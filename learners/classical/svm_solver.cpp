#include "learners/classical/svm_solver.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace sandlot {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr float kLeastCurvature = 1e-12f;  // in place of one that is not above 0
constexpr std::size_t kLanes = 16;
using Doubles = Eigen::Array<double, kLanes, 1>;
using Floats = Eigen::Array<float, kLanes, 1>;
using Storage = std::vector<double, Eigen::aligned_allocator<double>>;

Eigen::Map<const Doubles> at(const Storage& values, std::size_t i) {
  return Eigen::Map<const Doubles>(&values[i]);
}

// What is maximised or minimised, and where: the first of equal ones.
struct Extreme {
  double value;
  std::size_t place;
};

class Solver {
 public:
  Solver(const SvmProblem& problem, const SvmLimits& limits, KernelCache& cache)
      : problem_(problem), limits_(limits), cache_(cache), rows_(problem.target.size()) {
    const std::vector<double> diagonal = cache.kernel().diagonal();
    full_diagonal_.assign(diagonal.begin(), diagonal.end());
    beta_.assign(rows_, 0.0);
    error_.assign(problem.target.begin(), problem.target.end());
    use_rows(all_rows());
  }

  SvmSolution solve();

 private:
  std::vector<std::uint32_t> all_rows() const {
    std::vector<std::uint32_t> rows(rows_);
    std::iota(rows.begin(), rows.end(), 0u);
    return rows;
  }
  bool shrunk() const { return active_.size() < rows_; }
  void use_rows(std::vector<std::uint32_t> rows);
  void set_gains(std::size_t place);
  const float* kernel_row(std::size_t place, std::vector<float>& gathered);
  Extreme highest_up() const;
  double lowest_low() const;
  std::size_t second(double most, const float* row, double curvature) const;
  void step(std::size_t i, std::size_t j, const float* row_i, const float* row_j);
  void shrink(double most, double least);
  void take_all();
  double bias() const;

  const SvmProblem& problem_;
  const SvmLimits& limits_;
  KernelCache& cache_;
  std::size_t rows_;
  std::vector<double> beta_;  // [rows]
  Storage full_diagonal_;
  // Of the active rows, filled up to whole lanes:
  std::vector<std::uint32_t> active_;
  Storage error_;  // target − K β
  // What the objective falls by when β rises is error + up, when it falls −(error + down); ∓∞ at
  // bounds.
  Storage up_, down_;
  Storage diagonal_;
  std::vector<float> gathered_i_, gathered_j_;
};

// Expects error_ of these rows, in their order.
void Solver::use_rows(std::vector<std::uint32_t> rows) {
  active_ = std::move(rows);
  const std::size_t padded = (active_.size() + kLanes - 1) / kLanes * kLanes;
  error_.resize(padded, 0);
  up_.assign(padded, -kInfinity);
  down_.assign(padded, kInfinity);
  diagonal_.assign(padded, 1);
  for (std::size_t place = 0; place < active_.size(); ++place) {
    diagonal_[place] = full_diagonal_[active_[place]];
    set_gains(place);
  }
  gathered_i_.assign(shrunk() ? padded : 0, 0);
  gathered_j_ = gathered_i_;
}

void Solver::set_gains(std::size_t place) {
  const std::size_t row = active_[place];
  const double beta = beta_[row], epsilon = problem_.epsilon;
  up_[place] = beta < problem_.high[row] ? (beta < 0 ? epsilon : -epsilon) : -kInfinity;
  down_[place] = beta > problem_.low[row] ? (beta > 0 ? -epsilon : epsilon) : kInfinity;
}

const float* Solver::kernel_row(std::size_t place, std::vector<float>& gathered) {
  const float* row = cache_.row(active_[place]);
  if (!shrunk()) return row;
  for (std::size_t k = 0; k < active_.size(); ++k) gathered[k] = row[active_[k]];
  return gathered.data();
}

Extreme Solver::highest_up() const {
  Extreme best{-kInfinity, 0};
  for (std::size_t i = 0; i < error_.size(); i += kLanes) {
    const double most = (at(error_, i) + at(up_, i)).maxCoeff();
    if (most > best.value) best = {most, i};
  }
  while (best.value > -kInfinity && error_[best.place] + up_[best.place] != best.value)
    ++best.place;
  return best;
}

double Solver::lowest_low() const {
  Doubles least = Doubles::Constant(kInfinity);
  for (std::size_t i = 0; i < error_.size(); i += kLanes)
    least = least.min(at(error_, i) + at(down_, i));
  return least.minCoeff();
}

// The partner with which the objective falls most: b² / a with b what both gain and a the
// curvature.
std::size_t Solver::second(double most, const float* row, double curvature) const {
  float best = -1;
  std::size_t place = 0;
  const auto gain = [&](std::size_t i) -> Floats {
    const Floats b = (most - (at(error_, i) + at(down_, i))).max(-1.0).cast<float>();
    const Floats a =
        (curvature + at(diagonal_, i)).cast<float>() - 2.0f * Eigen::Map<const Floats>(row + i);
    return (b > 0.0f).select(b * b / a.max(kLeastCurvature), -1.0f);
  };
  for (std::size_t i = 0; i < error_.size(); i += kLanes) {
    const float value = gain(i).maxCoeff();
    if (value > best) {
      best = value;
      place = i;
    }
  }
  Eigen::Index lane = 0;
  gain(place).maxCoeff(&lane);
  return place + static_cast<std::size_t>(lane);
}

// β_i rises by as much as β_j falls.
void Solver::step(std::size_t i, std::size_t j, const float* row_i, const float* row_j) {
  double &rising = beta_[active_[i]], &falling = beta_[active_[j]];
  const double curvature = std::max(diagonal_[i] + diagonal_[j] - 2 * static_cast<double>(row_i[j]),
                                    static_cast<double>(kLeastCurvature));
  // The kink of |β| is an end too.
  const bool kinked = problem_.epsilon > 0;
  const double end_i = kinked && rising < 0 ? 0 : problem_.high[active_[i]];
  const double end_j = kinked && falling > 0 ? 0 : problem_.low[active_[j]];
  const double room_i = end_i - rising, room_j = falling - end_j;
  const double length =
      std::min({(error_[i] + up_[i] - error_[j] - down_[j]) / curvature, room_i, room_j});
  rising = length == room_i ? end_i : rising + length;
  falling = length == room_j ? end_j : falling - length;
  set_gains(i);
  set_gains(j);
  for (std::size_t k = 0; k < error_.size(); k += kLanes)
    Eigen::Map<Doubles>(&error_[k]) -=
        length *
        (Eigen::Map<const Floats>(row_i + k) - Eigen::Map<const Floats>(row_j + k)).cast<double>();
}

// Leaves out rows that would be chosen neither to rise nor to fall.
void Solver::shrink(double most, double least) {
  const auto stays = [&](std::size_t place) {
    return error_[place] + up_[place] < least && error_[place] + down_[place] > most;
  };
  std::vector<std::uint32_t> kept;
  Storage errors;
  for (std::size_t place = 0; place < active_.size(); ++place) {
    if (stays(place)) continue;
    kept.push_back(active_[place]);
    errors.push_back(error_[place]);
  }
  // Putting the rows together anew costs more than a few less would save.
  if (kept.size() > active_.size() - active_.size() / 10) return;
  error_ = std::move(errors);
  use_rows(std::move(kept));
}

void Solver::take_all() {
  Storage error(cache_.kernel().padded(), 0);
  std::copy(problem_.target.begin(), problem_.target.end(), error.begin());
  for (std::size_t row = 0; row < rows_; ++row) {
    if (beta_[row] == 0) continue;
    const float* values = cache_.row(row);
    for (std::size_t k = 0; k < error.size(); k += kLanes)
      Eigen::Map<Doubles>(&error[k]) -=
          beta_[row] * Eigen::Map<const Floats>(values + k).cast<double>();
  }
  error.resize(rows_);
  error_ = std::move(error);
  use_rows(all_rows());
}

double Solver::bias() const {
  double sum = 0;
  std::size_t free = 0;
  for (std::size_t row = 0; row < rows_; ++row) {
    const bool inside = beta_[row] > problem_.low[row] && beta_[row] < problem_.high[row];
    if (!inside || up_[row] != down_[row]) continue;
    sum += error_[row] + up_[row];
    ++free;
  }
  if (free > 0) return sum / static_cast<double>(free);
  return (highest_up().value + lowest_low()) / 2;
}

SvmSolution Solver::solve() {
  SvmSolution solution;
  const auto period = static_cast<std::int64_t>(std::min<std::size_t>(rows_, 1000));
  std::int64_t until_shrinking = period;
  for (;; ++solution.iterations) {
    const Extreme up = highest_up();
    const double least = lowest_low();
    const bool done = !(up.value - least > limits_.tolerance);
    if (done || solution.iterations >= limits_.iterations) {
      if (shrunk()) {
        take_all();
        if (!done) break;
        until_shrinking = period;
        continue;
      }
      solution.converged = done;
      break;
    }
    if (--until_shrinking <= 0) {
      until_shrinking = period;
      shrink(up.value, least);
      continue;
    }
    const float* row_i = kernel_row(up.place, gathered_i_);
    const std::size_t partner = second(up.value, row_i, diagonal_[up.place]);
    step(up.place, partner, row_i, kernel_row(partner, gathered_j_));
  }
  solution.bias = bias();
  solution.beta = std::move(beta_);
  return solution;
}

}  // namespace

SvmSolution solve_svm(const SvmProblem& problem, const SvmLimits& limits, KernelCache& cache) {
  return Solver(problem, limits, cache).solve();
}

}  // namespace sandlot
