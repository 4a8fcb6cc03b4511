// Draws from gamma and Dirichlet distributions.
#pragma once

#include <span>

#include "sim/core/random.h"

namespace sandlot {

// Gamma with this shape and scale 1 (Marsaglia & Tsang 2000, "A simple method for generating gamma
// variables"; shapes below 1 by their note in section 6).
double draw_gamma(double shape, Random& random);

// A symmetric Dirichlet: values above 0 that sum to 1, from gammas of the shape `alpha`.
void draw_dirichlet(double alpha, std::span<double> values, Random& random);

}  // namespace sandlot
