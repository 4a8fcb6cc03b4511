#include "envs/platformer/collision.h"

#include <box2d/b2_dynamic_tree.h>

#include <cstdint>
#include <vector>

namespace sandlot::platformer {
namespace {

b2AABB bounds(const Box& box) {
  b2AABB aabb;
  aabb.lowerBound.Set(box.left, box.bottom);
  aabb.upperBound.Set(box.right, box.top);
  return aabb;
}

}  // namespace

struct Solids::Tree {
  b2DynamicTree tree;
  std::vector<Box> boxes;  // tight ones, by proxy: the tree's own are fattened

  // Calls visit(box) for each solid whose fattened bounds meet `area`; stops when it returns false.
  template <class Visit>
  void query(const Box& area, Visit visit) const {
    struct Callback {
      const std::vector<Box>& boxes;
      Visit& visit;
      bool QueryCallback(int32 proxy) { return visit(boxes[static_cast<std::size_t>(proxy)]); }
    } callback{boxes, visit};
    tree.Query(&callback, bounds(area));
  }
};

Solids::Solids(std::span<const Box> boxes) : tree_(std::make_unique<Tree>()) {
  for (const Box& box : boxes) {
    const auto proxy = static_cast<std::size_t>(tree_->tree.CreateProxy(bounds(box), nullptr));
    if (tree_->boxes.size() <= proxy) tree_->boxes.resize(proxy + 1);
    tree_->boxes[proxy] = box;
  }
}

Solids::~Solids() = default;

Contact Solids::sweep_x(const Box& box, float distance) const {
  Box area = box;
  (distance > 0 ? area.right : area.left) += distance;
  Contact contact;
  tree_->query(area, [&](const Box& solid) {
    meet_x(contact, box, distance, solid);
    return true;
  });
  return contact;
}

Contact Solids::sweep_y(const Box& box, float distance) const {
  Box area = box;
  (distance > 0 ? area.top : area.bottom) += distance;
  Contact contact;
  tree_->query(area, [&](const Box& solid) {
    meet_y(contact, box, distance, solid);
    return true;
  });
  return contact;
}

bool Solids::overlaps(const Box& box) const {
  bool found = false;
  tree_->query(box, [&](const Box& solid) {
    found = box.overlaps(solid);
    return !found;
  });
  return found;
}

int Solids::size() const { return static_cast<int>(tree_->boxes.size()); }

}  // namespace sandlot::platformer
