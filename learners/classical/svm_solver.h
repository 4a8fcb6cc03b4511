// The quadratic programme of support vector machines, by sequential minimal optimisation (Platt
// 1998).
//
// Minimised is ½ βᵀ K β − targetᵀ β + ε Σ |β| with low ≤ β ≤ high and Σ β = 0. With target y = ±1,
// β = y α and ε = 0 it is the dual of C-SVC; with the targets themselves and β = α − α* that of
// ε-SVR. The pair of each step is chosen by second-order information (Fan, Chen & Lin 2005,
// "Working set selection using second order information for training support vector machines", WSS
// 2); rows at their bounds that will stay there are left out (shrinking: Joachims 1999; Chang & Lin
// 2011, "LIBSVM", §5.1), and taken up again before it ends.
#pragma once

#include <cstdint>
#include <vector>

#include "learners/classical/svm_kernel.h"

namespace sandlot {

struct SvmProblem {
  std::vector<double> target, low, high;  // [rows], low ≤ 0 ≤ high
  double epsilon = 0;
};

struct SvmLimits {
  double tolerance = 1e-3;  // by which optimality may be missed, in units of the targets
  std::int64_t iterations = 10000000;
};

struct SvmSolution {
  std::vector<double> beta;
  double bias = 0;  // f(x) = Σ β k(row, x) + bias
  std::int64_t iterations = 0;
  bool converged = false;
};

SvmSolution solve_svm(const SvmProblem& problem, const SvmLimits& limits, KernelCache& cache);

}  // namespace sandlot
