#include "sim/core/settings.h"

#include <cmath>
#include <sstream>

namespace sandlot {

std::string Range::describe() const {
  std::ostringstream out;
  const bool has_low = std::isfinite(low), has_high = std::isfinite(high);
  if (has_low && has_high)
    out << (open_low ? "above " : "between ") << low << (open_low ? " and at most " : " and ")
        << high;
  else if (has_low)
    out << (open_low ? "above " : "at least ") << low;
  else if (has_high)
    out << "at most " << high;
  return out.str();
}

void Fields::integer(std::string_view name, int& value, std::string_view help, Range range) {
  std::int64_t wide = value;
  range.low = std::max<double>(range.low, std::numeric_limits<int>::min());
  range.high = std::min<double>(range.high, std::numeric_limits<int>::max());
  integer(name, wide, help, range);
  value = static_cast<int>(wide);
}

}  // namespace sandlot
