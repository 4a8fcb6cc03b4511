// Strongly connected components (Tarjan 1972, "Depth-first search and linear graph algorithms").
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace sandlot::city {

using Adjacency = std::vector<std::vector<std::int32_t>>;

// The component of each node, numbered from 0; without recursion, so that depth is no limit.
inline std::vector<std::int32_t> strong_components(const Adjacency& next) {
  struct Frame {
    std::int32_t node;
    std::size_t edge;
  };
  const std::size_t n = next.size();
  std::vector<std::int32_t> order(n, -1), low(n, 0), component(n, -1), open;
  std::vector<Frame> frames;
  std::int32_t visited = 0, count = 0;
  const auto index = [](std::int32_t node) { return static_cast<std::size_t>(node); };
  for (std::size_t root = 0; root < n; ++root) {
    if (order[root] >= 0) continue;
    frames.push_back({static_cast<std::int32_t>(root), 0});
    while (!frames.empty()) {
      Frame& top = frames.back();
      const std::size_t i = index(top.node);
      if (top.edge == 0 && order[i] < 0) {
        order[i] = low[i] = visited++;
        open.push_back(top.node);
      }
      if (top.edge < next[i].size()) {
        const std::size_t j = index(next[i][top.edge++]);
        if (order[j] < 0)
          frames.push_back({static_cast<std::int32_t>(j), 0});
        else if (component[j] < 0)
          low[i] = std::min(low[i], order[j]);
        continue;
      }
      if (low[i] == order[i]) {
        std::int32_t member = -1;
        do {
          member = open.back();
          open.pop_back();
          component[index(member)] = count;
        } while (index(member) != i);
        ++count;
      }
      frames.pop_back();
      if (!frames.empty()) {
        const std::size_t above = index(frames.back().node);
        low[above] = std::min(low[above], low[i]);
      }
    }
  }
  return component;
}

// One byte per node: whether it belongs to the component with the largest sum of `weight`; the one
// that is found first of equal ones.
inline std::vector<std::uint8_t> largest_component(const Adjacency& next,
                                                   const std::vector<double>& weight) {
  const auto component = strong_components(next);
  std::vector<double> sums(next.size(), 0.0);
  for (std::size_t i = 0; i < next.size(); ++i)
    sums[static_cast<std::size_t>(component[i])] += weight[i];
  const auto largest = std::max_element(sums.begin(), sums.end()) - sums.begin();
  std::vector<std::uint8_t> member(next.size(), 0);
  for (std::size_t i = 0; i < next.size(); ++i) member[i] = component[i] == largest;
  return member;
}

}  // namespace sandlot::city
