#include "envs/city/city_surroundings.h"

#include <box2d/b2_dynamic_tree.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "envs/city/column.h"
#include "envs/city/per_map.h"

namespace sandlot::city {

struct Surroundings::Tree {
  b2DynamicTree tree;
  struct Thing {
    Vec2 from, to;    // of a wall
    Id place = none;  // or a place for a parked car
    Box box;
  };
  std::vector<Thing> things;

  // The index travels in the pointer that Box2D keeps for its users.
  void add(const Thing& thing, Vec2 low, Vec2 high) {
    b2AABB box;
    box.lowerBound.Set(low.x, low.y);
    box.upperBound.Set(high.x, high.y);
    tree.CreateProxy(box, reinterpret_cast<void*>(things.size()));
    things.push_back(thing);
  }
  const Thing& thing(int32 proxy) const {
    return things[reinterpret_cast<std::size_t>(tree.GetUserData(proxy))];
  }
};

namespace {

constexpr float kept_clear = 1.7f;  // m from the middle of each lane
constexpr float wall_clear = 1.6f;  // the same, of walls
constexpr float wall_piece = 1.5f;  // m of a wall that are looked at together

// How far along the ray the segment is hit; `most` where it is not.
float hit_wall(Vec2 from, Vec2 ray, Vec2 a, Vec2 b, float most) {
  const Vec2 along = b - a, to = a - from;
  const float across = cross(ray, along);
  if (std::abs(across) < 1e-9f) return most;
  const float t = cross(to, along) / across, u = cross(to, ray) / across;
  return t >= 0 && t < most && u >= 0 && u <= 1 ? t : most;
}

}  // namespace

Surroundings::Surroundings(std::shared_ptr<const CityMap> map)
    : map_(std::move(map)), tree_(std::make_unique<Tree>()) {
  for (const Building& building : map_->buildings) {
    const auto outline = map_->outline(building.outline);
    for (std::size_t i = 0; i < outline.size(); ++i)
      add_wall(outline[i], outline[(i + 1) % outline.size()]);
  }
  for (Id k = 0; k < static_cast<Id>(map_->parking.size()); ++k) {
    const ParkingPlace& place = at(map_->parking, k);
    const Box box = Box::of(place.pose, place.length - 0.6f, std::min(place.width, 1.8f));
    bool clear = true;
    for (int c = 0; c < 4 && clear; ++c) {
      const Vec2 corner = box.corner(c), middle = (corner + box.corner((c + 1) % 4)) * 0.5f;
      for (const Vec2 point : {corner, middle})
        clear = clear && !map_->nearest_lane(point, kept_clear);
    }
    usable_.push_back(clear);
    const float reach = box.reach();
    tree_->add({.from = {}, .to = {}, .place = k, .box = box}, box.centre - Vec2{reach, reach},
               box.centre + Vec2{reach, reach});
  }
}

// Real maps have passages through buildings, and streets that are drawn too near to them: pieces of
// walls on which a lane leaves no room for a car are left out.
void Surroundings::add_wall(Vec2 a, Vec2 b) {
  const int pieces = std::max(1, static_cast<int>(std::ceil(distance(a, b) / wall_piece)));
  Vec2 from = a;
  bool open = false;  // whether a wall has begun at `from`
  for (int k = 0; k <= pieces; ++k) {
    const float share = static_cast<float>(k) / static_cast<float>(pieces);
    const Vec2 to = a * (1 - share) + b * share;
    const bool stands = !map_->nearest_lane(to, wall_clear);
    if (stands && !open) from = to;
    if (open && (!stands || k == pieces)) {
      const Vec2 end = stands ? to
                              : a * (1 - share + 1 / static_cast<float>(pieces)) +
                                    b * (share - 1 / static_cast<float>(pieces));
      tree_->add({.from = from, .to = end, .place = none, .box = {}},
                 {std::min(from.x, end.x), std::min(from.y, end.y)},
                 {std::max(from.x, end.x), std::max(from.y, end.y)});
    }
    open = stands;
  }
}

Surroundings::~Surroundings() = default;

namespace {

template <class Tree>
struct Cast {
  const Tree& tree;
  std::span<const std::uint8_t> parked;
  Vec2 from, ray;
  RayHit best;

  float RayCastCallback(const b2RayCastInput& input, int32 proxy) {
    const auto& thing = tree.thing(proxy);
    float reached = best.distance;
    if (thing.place == none)
      reached = hit_wall(from, ray, thing.from, thing.to, reached);
    else if (thing.place < static_cast<Id>(parked.size()) && at(parked, thing.place) != 0)
      reached = hit(thing.box, from, ray, reached);
    if (reached >= best.distance) return input.maxFraction;
    best = {reached, thing.place == none ? Seen::building : Seen::parked};
    return reached;  // with p2 one metre from p1, fractions are metres
  }
};

template <class Tree>
struct Touch {
  const Tree& tree;
  std::span<const std::uint8_t> parked;
  const Box& box;
  Seen found = Seen::nothing;

  bool QueryCallback(int32 proxy) {
    const auto& thing = tree.thing(proxy);
    if (thing.place == none) {
      if (overlap(box, thing.from, thing.to)) found = Seen::building;
    } else if (at(parked, thing.place) != 0 && overlap(box, thing.box)) {
      found = Seen::parked;
    }
    return found == Seen::nothing;
  }
};

}  // namespace

RayHit Surroundings::cast(Vec2 from, Vec2 ray, float range,
                          std::span<const std::uint8_t> parked) const {
  Cast<Tree> cast{*tree_, parked, from, ray, {range, Seen::nothing}};
  b2RayCastInput input;
  input.p1.Set(from.x, from.y);
  input.p2.Set(from.x + ray.x, from.y + ray.y);
  input.maxFraction = range;
  tree_->tree.RayCast(&cast, input);
  return cast.best;
}

bool Surroundings::sees(Vec2 from, Vec2 to) const {
  const Vec2 way = to - from;
  const float range = length(way);
  return range < 0.1f || cast(from, way * (1 / range), range, {}).what == Seen::nothing;
}

Seen Surroundings::touches(const Box& box, std::span<const std::uint8_t> parked) const {
  Touch<Tree> touch{*tree_, parked, box, Seen::nothing};
  const float reach = box.reach();
  b2AABB area;
  area.lowerBound.Set(box.centre.x - reach, box.centre.y - reach);
  area.upperBound.Set(box.centre.x + reach, box.centre.y + reach);
  tree_->tree.Query(&touch, area);
  return touch.found;
}

std::shared_ptr<const Surroundings> surroundings_of(const std::shared_ptr<const CityMap>& map) {
  return one_per_map<Surroundings>(map);
}

}  // namespace sandlot::city
