#include "agents/dqn/sum_tree.h"

#include <algorithm>

namespace sandlot {
namespace {

constexpr std::size_t fan = 8;

std::size_t padded(std::size_t count) { return (count + fan - 1) / fan * fan; }

double sum(const double* children) {
  double total = 0;
  for (std::size_t i = 0; i < fan; ++i) total += children[i];
  return total;
}

// The length of each level, the weights first.
std::vector<std::size_t> lengths(std::int64_t size) {
  std::vector<std::size_t> list = {
      padded(std::max<std::size_t>(1, static_cast<std::size_t>(size)))};
  while (list.back() > fan) list.push_back(padded(list.back() / fan));
  return list;
}

}  // namespace

SumTree::SumTree(std::int64_t size) : size_(size) {
  const auto list = lengths(size);
  std::size_t at = 0;
  for (auto length = list.rbegin(); length != list.rend(); ++length) {
    levels_.push_back(at);
    at += *length;
  }
  nodes_.resize(at);
}

std::size_t SumTree::bytes_for(std::int64_t size) {
  std::size_t count = 0;
  for (const std::size_t length : lengths(size)) count += length;
  return count * sizeof(double);
}

void SumTree::set(std::int64_t index, double weight) {
  auto at = static_cast<std::size_t>(index);
  nodes_[levels_.back() + at] = weight;
  for (std::size_t level = levels_.size() - 1; level > 0; --level) {
    at /= fan;
    nodes_[levels_[level - 1] + at] = sum(&nodes_[levels_[level] + at * fan]);
  }
  total_ = sum(nodes_.data());
}

std::int64_t SumTree::find(double prefix) const {
  std::size_t node = 0;
  for (const std::size_t level : levels_) {
    const double* const children = &nodes_[level + node * fan];
    std::size_t chosen = 0;
    double before = 0, rest = prefix;
    for (std::size_t i = 0; i < fan; ++i) {
      if (children[i] == 0) continue;
      // Rounding may leave a rest that is larger than all children: then it is the last of them.
      chosen = i;
      rest = prefix - before;
      if (rest < children[i]) break;
      before += children[i];
    }
    prefix = rest;
    node = node * fan + chosen;
  }
  return static_cast<std::int64_t>(node);
}

void SumTree::clear() {
  std::fill(nodes_.begin(), nodes_.end(), 0.0);
  total_ = 0;
}

}  // namespace sandlot
