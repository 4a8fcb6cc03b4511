// Pruning and importances of a grown tree.
#include <algorithm>
#include <limits>
#include <numeric>

#include "learners/classical/tree_growth.h"

namespace sandlot {
namespace {

struct Link {
  double gain = 0;  // of all splits below
  int leaves = 1;
};

// Of each node; children come after their parents.
std::vector<Link> links_of(const GrownTree& tree) {
  std::vector<Link> links(tree.size());
  for (std::size_t i = tree.size(); i-- > 0;) {
    const GrownNode& node = tree[i];
    if (node.column < 0) continue;
    const Link& left = links[static_cast<std::size_t>(node.left)];
    const Link& right = links[static_cast<std::size_t>(node.right)];
    links[i] = {node.gain + left.gain + right.gain, left.leaves + right.leaves};
  }
  return links;
}

// Without the nodes that no link leads to.
GrownTree reachable(const GrownTree& tree) {
  GrownTree kept{tree[0]};
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i].column < 0) continue;
    const auto left = static_cast<std::size_t>(kept[i].left);
    kept[i].left = static_cast<std::int32_t>(kept.size());
    kept[i].right = kept[i].left + 1;
    kept.push_back(tree[left]);
    kept.push_back(tree[left + 1]);
  }
  return kept;
}

}  // namespace

void prune(GrownTree& tree, double alpha, double weight) {
  if (alpha <= 0) return;
  const double most = alpha * weight;
  while (tree[0].column >= 0) {
    const std::vector<Link> links = links_of(tree);
    std::size_t weakest = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < tree.size(); ++i) {
      if (tree[i].column < 0) continue;
      const double per_leaf = links[i].gain / (links[i].leaves - 1);
      if (per_leaf < least) {
        least = per_leaf;
        weakest = i;
      }
    }
    if (least > most) return;
    tree[weakest].column = -1;
    tree = reachable(tree);
  }
}

void add_importances(const GrownTree& tree, std::span<double> importances) {
  for (const GrownNode& node : tree)
    if (node.column >= 0) importances[static_cast<std::size_t>(node.column)] += node.gain;
}

void normalise_importances(std::vector<double>& importances) {
  const double sum = std::accumulate(importances.begin(), importances.end(), 0.0);
  if (sum > 0)
    for (double& importance : importances) importance /= sum;
}

}  // namespace sandlot
