// The learner's route: lanes one after another, and where on them the car is.
#pragma once

#include <vector>

#include "envs/city/traffic_network.h"
#include "sim/core/random.h"

namespace sandlot::city {

class Route {
 public:
  // From a place to a destination between `low` and `high` metres away by the fastest way; the
  // destination is drawn at random. Where none is found, a way of that length at random turns.
  void plan(const TrafficNetwork& network, Router& router, Id lane, float s, double low,
            double high, Random& random);
  // `metres` of way with a turn drawn at random at each intersection, or none where it can be
  // helped.
  void wander(const TrafficNetwork& network, Id lane, float s, double metres, bool straight,
              Random& random);
  // Goes on at random turns until `metres` are ahead.
  void extend(const TrafficNetwork& network, double metres, bool straight, Random& random);
  // Finds the car on the route again, near where it was.
  void locate(const CityMap& map, Vec2 position, float heading);

  bool empty() const { return lanes_.empty(); }
  const std::vector<Id>& lanes() const { return lanes_; }
  int index() const { return index_; }
  Id lane() const { return lanes_[static_cast<std::size_t>(index_)]; }
  float s() const { return s_; }                  // on that lane
  float offset() const { return offset_; }        // to the left of its centre
  float heading_error() const { return error_; }  // of the car from the lane's direction
  double length() const { return end_ - start_; }
  double travelled() const { return base_[static_cast<std::size_t>(index_)] + s_ - start_; }
  double remaining() const { return end_ - start_ - travelled(); }
  // The internal lane after a road lane of the route, none at its end.
  Id crossing_after(const TrafficNetwork& network, int index) const;
  // `metres` ahead of the car along the route; its end where it is shorter.
  Pose ahead(const CityMap& map, float metres) const;
  float curvature_ahead(const CityMap& map, float metres) const;

  void save(Writer& out) const;
  void load(Reader& in, const TrafficNetwork& network);

 private:
  void begin(Id lane, float s);
  void add(const TrafficNetwork& network, Id lane);
  struct Spot {
    int index;
    float s;
  };
  Spot spot_ahead(const CityMap& map, float metres) const;

  std::vector<Id> way_;  // scratch
  std::vector<Id> lanes_;
  // Metres of route before each lane; that of a neighbour is the same, since a change of lanes
  // takes no way of its own.
  std::vector<double> base_;
  double start_ = 0, end_ = 0;
  std::int32_t index_ = 0;
  float s_ = 0, offset_ = 0, error_ = 0;
};

}  // namespace sandlot::city
