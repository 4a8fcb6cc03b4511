// Collision: boxes swept against the static solids of a level.
//
// Box2D's dynamic tree (b2DynamicTree) is the broad phase; its solver, b2World, is not used. The
// solver keeps hidden state between steps (order of contacts, warm-starting impulses) that can
// neither be saved nor copied, and a world must be both, exactly and cheaply: for replays, for
// checkpoints in mid-episode and for search. Everything that moves here is an axis-aligned box, so
// the narrow phase has a closed form: motion is split by axis, and along one axis the first contact
// is the nearest face among the boxes that the swept box meets. Faces are returned as coordinates,
// not as distances, so that a body rests on a face exactly; touching is not overlapping, hence
// neither seams between tiles nor speed let a body snag or pass through.
#pragma once

#include <memory>
#include <span>

namespace sandlot::platformer {

struct Box {
  float left = 0, bottom = 0, right = 0, top = 0;

  bool overlaps(const Box& other) const {
    return left < other.right && other.left < right && bottom < other.top && other.bottom < top;
  }
};

// The nearest face that stops a sweep.
struct Contact {
  bool hit = false;
  float face = 0;  // coordinate along the axis of the motion

  void meet(float candidate, bool forward) {
    if (!hit || (forward ? candidate < face : candidate > face)) face = candidate;
    hit = true;
  }
};

// Adds to `contact` the face of `solid` if `box`, moving by `distance` along one axis, meets it. A
// solid that the box already overlaps does not stop it: a body that was caught can walk out.
inline void meet_x(Contact& contact, const Box& box, float distance, const Box& solid) {
  if (solid.bottom >= box.top || solid.top <= box.bottom) return;
  if (distance > 0) {
    if (solid.left >= box.right && solid.left < box.right + distance)
      contact.meet(solid.left, true);
  } else if (solid.right <= box.left && solid.right > box.left + distance) {
    contact.meet(solid.right, false);
  }
}
inline void meet_y(Contact& contact, const Box& box, float distance, const Box& solid) {
  if (solid.left >= box.right || solid.right <= box.left) return;
  if (distance > 0) {
    if (solid.bottom >= box.top && solid.bottom < box.top + distance)
      contact.meet(solid.bottom, true);
  } else if (solid.top <= box.bottom && solid.top > box.bottom + distance) {
    contact.meet(solid.top, false);
  }
}

// Solids that never change, in a b2DynamicTree. Immutable: safe to share between threads.
class Solids {
 public:
  explicit Solids(std::span<const Box> boxes);
  ~Solids();

  Contact sweep_x(const Box& box, float distance) const;
  Contact sweep_y(const Box& box, float distance) const;
  bool overlaps(const Box& box) const;
  int size() const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace sandlot::platformer
