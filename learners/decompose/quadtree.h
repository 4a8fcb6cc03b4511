// A quadtree over points of a plane, for sums over all of them in which far ones count in groups
// (Barnes & Hut 1986).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sandlot {

struct PlanePoint {
  double x = 0, y = 0;
};

class Quadtree {
 public:
  // Remembers where the points are now.
  void build(std::span<const PlanePoint> points);

  struct Repulsion {
    double x = 0, y = 0;  // Σ q² (here − there)
    double sum = 0;       // Σ q, q = 1 / (1 + |here − there|²)
  };
  // From all points but `point` itself; a cell counts as one where its side is below angle ·
  // distance.
  Repulsion repulsion(std::size_t point, double angle) const;

 private:
  static constexpr std::size_t kLeaf = 8;
  static constexpr int kDeepest = 40;
  // In the order of a walk through the tree; a cell that is not looked into is skipped.
  struct Node {
    double x = 0, y = 0;  // mean of its points
    double side = 0;
    std::uint32_t count = 0;
    std::uint32_t first = 0;  // of its points, in the tree's order
    std::uint32_t next = 0;   // the node after those below it
    bool leaf = false;
  };
  void build_node(std::size_t first, std::size_t last, double left, double bottom, double side,
                  int depth);

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> place_;  // of each point in order_
  std::vector<PlanePoint> points_;    // in that order
};

}  // namespace sandlot
