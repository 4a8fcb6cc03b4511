#include "agents/genetic/population_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sandlot {

void save_matrix(const Matrix& values, Writer& out) {
  out.write(std::vector<float>(values.data(), values.data() + values.size()));
}

void load_matrix(Reader& in, Matrix& values) {
  std::vector<float> read;
  in.read(read);
  if (static_cast<Eigen::Index>(read.size()) != values.size())
    in.fail("the population is of another size");
  for (const float value : read)
    if (!std::isfinite(value)) in.fail("a gene is not finite");
  std::copy(read.begin(), read.end(), values.data());
}

std::vector<std::size_t> best_first(std::span<const double> fitness) {
  std::vector<std::size_t> order(fitness.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return fitness[a] > fitness[b]; });
  return order;
}

}  // namespace sandlot
