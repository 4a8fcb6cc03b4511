#include "agents/dqn/sum_tree.h"

#include <algorithm>
#include <array>

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

// To the first child that the sum exceeds the prefix with. It is counted, and not searched for,
// since where it is can not be predicted. Its weight is above 0: the sum without it is not larger.
void SumTree::descend(std::size_t level, Cursor& cursor) const {
  const double* const children = &nodes_[level + cursor.node * fan];
  std::size_t chosen = 0;
  double sum = 0, before = 0;
  for (std::size_t i = 0; i < fan; ++i) {
    sum += children[i];
    chosen += sum <= cursor.prefix ? 1 : 0;
    before = sum <= cursor.prefix ? sum : before;
  }
  if (chosen == fan) {  // rounding has left a prefix as large as all of them: then it is the last
    while (chosen > 0 && children[--chosen] == 0) {
    }
    before = 0;
  }
  cursor.prefix -= before;
  cursor.node = cursor.node * fan + chosen;
}

std::int64_t SumTree::find(double prefix) const {
  Cursor cursor = {0, std::max(0.0, prefix)};
  for (const std::size_t level : levels_) descend(level, cursor);
  return static_cast<std::int64_t>(cursor.node);
}

void SumTree::find(std::span<const double> prefixes, std::span<std::int64_t> indices) const {
  constexpr std::size_t most = 32;
  std::array<Cursor, most> cursors;
  for (std::size_t at = 0; at < prefixes.size(); at += most) {
    const std::size_t count = std::min(most, prefixes.size() - at);
    for (std::size_t i = 0; i < count; ++i) cursors[i] = {0, std::max(0.0, prefixes[at + i])};
    for (std::size_t k = 0; k < levels_.size(); ++k) {
      for (std::size_t i = 0; i < count; ++i) {
        descend(levels_[k], cursors[i]);
        if (k + 1 < levels_.size())
          __builtin_prefetch(&nodes_[levels_[k + 1] + cursors[i].node * fan]);
      }
    }
    for (std::size_t i = 0; i < count; ++i)
      indices[at + i] = static_cast<std::int64_t>(cursors[i].node);
  }
}

void SumTree::clear() {
  std::fill(nodes_.begin(), nodes_.end(), 0.0);
  total_ = 0;
}

}  // namespace sandlot
