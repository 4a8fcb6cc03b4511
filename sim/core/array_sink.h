// ArraySink: takes what a policy or a learner knows as named arrays, for other programs.
#pragma once

#include <span>
#include <string_view>

namespace sandlot {

class ArraySink {
 public:
  virtual ~ArraySink() = default;
  // Row-major; `shape` may be empty for a single value. Each name is given once.
  virtual void add(std::string_view name, std::span<const int> shape,
                   std::span<const float> values) = 0;
  virtual void add_text(std::string_view name, std::string_view text) = 0;
};

}  // namespace sandlot
