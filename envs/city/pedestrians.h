// Pedestrians on the map's footways, by the social force model (Helbing & Molnár 1995, "Social
// force model for pedestrian dynamics", eqs. 2, 4, 8 and 13): each is driven to its own speed
// towards the next point of its way, and pushed away by others and by the learner's car.
//
// At a crossing with signals they wait for green; elsewhere until what comes can stop for them, or
// is far enough away. Who waits at a zebra or walks on it is told to traffic as an obstacle. Before
// each lane they look again, and do not step before what cannot stop. Now and then somebody crosses
// where there is no crossing (jaywalking.cpp).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "envs/city/column.h"
#include "envs/city/shapes.h"
#include "envs/city/traffic.h"
#include "sim/core/random.h"

namespace sandlot::city {

constexpr float pedestrian_radius = 0.25f;

enum class PedestrianState : std::uint8_t { walking, waiting, crossing, hit, jaywalking };

class Pedestrians {
 public:
  // `jaywalking`: how often each of those beside a street wants to cross it away from crossings,
  // per minute; they do where there is a gap.
  void start(std::shared_ptr<const TrafficNetwork> network, int count, Seed seed,
             double jaywalking = 0);
  // Tells traffic who is on its way; between Traffic::begin_step() and Traffic::step().
  void announce(Traffic& traffic) const;
  // `car` is the learner's body, null where there is none.
  void step(const Traffic& traffic, const Box* car, Vec2 car_velocity, float dt);
  void knock_down(Id i);

  int size() const { return static_cast<int>(position_.size()); }
  Vec2 position(Id i) const { return position_[i]; }
  Vec2 velocity(Id i) const { return velocity_[i]; }
  PedestrianState state(Id i) const { return state_[i]; }
  // The crossing that it waits at or walks on; none elsewhere.
  Id crossing(Id i) const;

  void save(Writer& out) const;
  void load(Reader& in);  // into pedestrians started on the same network, as many as then

 private:
  // The piece of the way that it is on.
  struct Way {
    Vec2 target;  // where it is going, at its own place across the way
    Vec2 left;    // unit vector across
    float half_width = 0;
    float aside = 0;  // how far to the left of the middle line it is
  };
  using StreetLanes = std::array<Id, 8>;  // none behind the last one
  Way way_of(Id i) const;
  std::span<const Id> lanes_of(Id i) const;
  bool find_other_side(Id i, Id& edge, std::int32_t& piece, Vec2& place) const;
  bool find_street(Id i, Vec2 to);
  void consider_jaywalking(Id i, const Traffic& traffic);
  static Vec2 border(const Way& way);
  void turn_to(Id i, Id edge);
  void arrive(Id i);
  void wait(Id i, const Traffic& traffic, float dt);
  void announce_place(Traffic& traffic, Id i) const;
  bool may_go(const Traffic& traffic, Id i, Vec2 velocity) const;
  Vec2 force(Id i) const;
  Vec2 push_of(Id other, Vec2 here) const;
  void sort_into_cells();
  std::uint32_t bucket(int x, int y) const;

  std::shared_ptr<const TrafficNetwork> network_;
  Random random_;
  std::int64_t ticks_ = 0;
  Column<Vec2> position_, velocity_, aim_;  // aim: unit vector to where it is going
  Column<float> speed_;                     // wanted
  Column<float> side_;                      // place across the way, −1 … 1
  Column<float> waited_;
  Column<Id> edge_;
  Column<std::uint8_t> forward_;  // from `from` to `to`
  Column<std::int32_t> vertex_;   // of the edge, the next one on the way
  Column<PedestrianState> state_;
  // Of jaywalkers: where on their next way they are going, and the lanes between.
  double jaywalking_ = 0;
  Column<Vec2> goal_;
  Column<StreetLanes> street_;

  // Neighbours: a hash table of cells, built anew for each step.
  struct Cell {
    std::int32_t x = 0, y = 0;
  };
  Column<Cell> cell_;
  Column<Id> chain_;
  std::vector<Id> buckets_;
  std::vector<Vec2> forces_;
};

}  // namespace sandlot::city
