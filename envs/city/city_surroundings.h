// What stands still around the streets, for collisions, rays and sight: walls of buildings and
// places where cars are parked. In Box2D's dynamic tree, made once for each map.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "envs/city/column.h"
#include "envs/city/map.h"
#include "envs/city/shapes.h"

namespace sandlot::city {

enum class Seen : std::uint8_t { nothing, vehicle, pedestrian, building, parked };
constexpr int seen_count = 5;

struct RayHit {
  float distance = 0;
  Seen what = Seen::nothing;
  Vec2 velocity = {};  // m/s, of what was hit
};

class Surroundings {
 public:
  explicit Surroundings(std::shared_ptr<const CityMap> map);
  ~Surroundings();

  // The first wall or parked car along the unit vector `ray`; `parked` tells by place which are
  // taken.
  RayHit cast(Vec2 from, Vec2 ray, float range, std::span<const std::uint8_t> parked) const;
  // Whether no wall is between two points.
  bool sees(Vec2 from, Vec2 to) const;
  // Whether a car parked there leaves room for those that drive: in bends some do not.
  bool usable(Id place) const { return at(usable_, place) != 0; }
  // What the box overlaps: nothing, building or parked.
  Seen touches(const Box& box, std::span<const std::uint8_t> parked) const;

 private:
  struct Tree;
  void add_wall(Vec2 a, Vec2 b);

  std::shared_ptr<const CityMap> map_;
  std::unique_ptr<Tree> tree_;
  std::vector<std::uint8_t> usable_;  // by place for a parked car
};

std::shared_ptr<const Surroundings> surroundings_of(const std::shared_ptr<const CityMap>& map);

}  // namespace sandlot::city
