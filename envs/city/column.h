// A column of a structure of arrays, indexed by the signed ids that maps use.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "envs/city/map.h"

namespace sandlot::city {

template <class T>
class Column {
 public:
  Column() = default;
  Column(std::size_t size, T value) : values_(size, value) {}

  void assign(std::size_t size, T value) { values_.assign(size, value); }
  std::size_t size() const { return values_.size(); }
  T& operator[](Id i) { return values_[static_cast<std::size_t>(i)]; }
  const T& operator[](Id i) const { return values_[static_cast<std::size_t>(i)]; }
  std::vector<T>& all() { return values_; }
  const std::vector<T>& all() const { return values_; }

 private:
  std::vector<T> values_;
};

template <class T>
const T& at(const std::vector<T>& values, Id i) {
  return values[static_cast<std::size_t>(i)];
}
template <class T>
const T& at(std::span<const T> values, Id i) {
  return values[static_cast<std::size_t>(i)];
}

}  // namespace sandlot::city
