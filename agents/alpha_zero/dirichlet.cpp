#include "agents/alpha_zero/dirichlet.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sandlot {

double draw_gamma(double shape, Random& random) {
  if (shape < 1) {
    const double larger = draw_gamma(shape + 1, random);
    return larger * std::pow(1 - random.uniform(), 1 / shape);
  }
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = random.normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

void draw_dirichlet(double alpha, std::span<double> values, Random& random) {
  double sum = 0;
  for (double& v : values) {
    // With a small alpha all of them may be too small for a number.
    v = std::max(draw_gamma(alpha, random), std::numeric_limits<double>::min());
    sum += v;
  }
  for (double& v : values) v /= sum;
}

}  // namespace sandlot
