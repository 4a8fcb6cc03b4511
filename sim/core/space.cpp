#include "sim/core/space.h"

#include <cmath>
#include <sstream>
#include <stdexcept>

namespace sandlot {

Space Space::discrete(int n) {
  if (n < 1) throw std::invalid_argument("a discrete space needs at least one value");
  Space space;
  space.n = n;
  return space;
}

Space Space::box(std::vector<int> shape, float low, float high) {
  Space space;
  space.kind = Kind::box;
  space.n = 0;
  space.shape = std::move(shape);
  space.low = {low};
  space.high = {high};
  return space;
}

Space Space::box(std::vector<float> low, std::vector<float> high) {
  if (low.size() != high.size() || low.empty())
    throw std::invalid_argument("a box needs as many lower as upper bounds, and at least one");
  Space space;
  space.kind = Kind::box;
  space.n = 0;
  space.shape = {static_cast<int>(low.size())};
  space.low = std::move(low);
  space.high = std::move(high);
  return space;
}

Space Space::quantized(float step) const {
  if (is_discrete() || !(step > 0))
    throw std::invalid_argument("a quantum belongs to a box and is above 0");
  for (std::size_t i = 0; i < low.size(); ++i)
    if (!(high[i] <= low[i] + 255.0f * step))
      throw std::invalid_argument("256 values of that quantum do not reach from low to high");
  Space space = *this;
  space.quantum = step;
  return space;
}

std::size_t Space::size() const {
  if (is_discrete()) return 1;
  std::size_t size = 1;
  for (const int extent : shape) size *= static_cast<std::size_t>(extent);
  return size;
}

float Space::low_at(std::size_t i) const {
  if (is_discrete()) return 0;
  return low.size() == 1 ? low[0] : low[i];
}

float Space::high_at(std::size_t i) const {
  if (is_discrete()) return static_cast<float>(n - 1);
  return high.size() == 1 ? high[0] : high[i];
}

bool Space::contains(const float* values) const {
  if (is_discrete())
    return values[0] >= 0 && values[0] < static_cast<float>(n) &&
           values[0] == std::floor(values[0]);
  const std::size_t count = size();
  for (std::size_t i = 0; i < count; ++i) {
    if (!(values[i] >= low_at(i) && values[i] <= high_at(i))) return false;
    if (quantum > 0) {
      const float k = std::round((values[i] - low_at(i)) / quantum);
      if (!(k >= 0 && k <= 255 && low_at(i) + k * quantum == values[i])) return false;
    }
  }
  return true;
}

std::string Space::describe() const {
  std::ostringstream out;
  if (is_discrete()) {
    out << "discrete(" << n << ")";
    return out.str();
  }
  out << "box(";
  for (std::size_t i = 0; i < shape.size(); ++i) out << (i > 0 ? "×" : "") << shape[i];
  if (low.size() == 1) out << ", " << low[0] << "…" << high[0];
  out << ")";
  return out.str();
}

}  // namespace sandlot
