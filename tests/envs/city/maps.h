// Small maps made in code, for tests of what drives on them.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "envs/city/map.h"

namespace sandlot::city::testing {

// Puts a map together lane by lane; internal lanes find their conflicts themselves.
class MapMaker {
 public:
  Id add_intersection(Vec2 centre);
  // One direction of a street with `count` lanes; `points` is the centre line of the lane at the
  // kerb, further lanes lie 3.2 m to the left of it. Returns the first lane.
  Id add_road(Id from, Id to, const std::vector<Vec2>& points, float limit, int count = 1);
  // A path across the intersection between the ends of two road lanes.
  Id add_internal(Id from, Id to, Control control, Turn turn, std::int16_t signal_group = none);
  // Signals of an intersection: phases of (duration, light by group).
  struct Phase {
    float duration;
    std::vector<Light> lights;
  };
  void add_signals(Id intersection, const std::vector<Phase>& phases);
  Id add_crossing(Vec2 from, Vec2 to, const std::vector<CrossingCut>& cuts);

  using Yields = std::function<bool(const CityMap&, Id lane, Id other)>;
  std::shared_ptr<const CityMap> finish(const Yields& yields);
  CityMap& map() { return map_; }
  Pose end_of(Id lane) const;
  Pose start_of(Id lane) const;

 private:
  Range add_points(const std::vector<Vec2>& points);
  void find_conflicts(const Yields& yields);

  CityMap map_;
  std::vector<std::vector<Id>> successors_;  // by lane
};

// A circle of one lane, with an internal lane of 4 m where it closes.
std::shared_ptr<const CityMap> ring(float length, float limit, int lanes = 1);

// n × n intersections with streets of one lane in each direction between them.
std::shared_ptr<const CityMap> grid(int n, float spacing, Control control);

}  // namespace sandlot::city::testing
