// Places for parked cars beside the lanes. See footways.h.
#include <algorithm>
#include <cmath>

#include "envs/city/footways.h"
#include "envs/city/point_grid.h"

namespace sandlot::city {
namespace {

constexpr float kCorner = 9;         // m from a junction where nobody parks
constexpr float kParkedGap = 2.2f;   // m from a parked car's middle line to a lane's
constexpr float kParkingGap = 6.2f;  // m from car to car
constexpr float kCrossingGap = 6;    // m from a crossing

}  // namespace

void add_parking(CityMap& map, const Layout& layout) {
  // Strips of streets that meet at a sharp angle may reach into each other's lanes.
  const PointGrid lanes = lane_places(map, 4);
  const auto on_lane = [&](const ParkingPlace& place) {
    const Vec2 ahead = direction(place.pose.heading) * (place.length / 2);
    const Vec2 p = place.pose.position;
    return lanes.nearest(p, kParkedGap) != none || lanes.nearest(p + ahead, kParkedGap) != none ||
           lanes.nearest(p - ahead, kParkedGap) != none;
  };
  for (std::uint32_t i = 0; i < layout.streets.size(); ++i) {
    const StreetLayout& s = layout.streets[i];
    if (s.line.empty()) continue;
    const Street& street = layout.graph->streets[i];
    const float begin = layout.junctions[s.junction[0]].arms[s.arm[0]].trim + kCorner;
    const float end = s.length - layout.junctions[s.junction[1]].arms[s.arm[1]].trim - kCorner;
    for (int side = -1; side <= 1; side += 2) {
      if (!(side > 0 ? street.parking_left : street.parking_right)) continue;
      // The lane beside the strip: of the direction that has its kerb there, if there is one.
      const bool forward_side = (side < 0) != layout.left_hand;
      const int direction_index =
          s.road[forward_side ? 0 : 1] != none ? (forward_side ? 0 : 1) : (forward_side ? 1 : 0);
      const Road& road = map.roads[static_cast<std::size_t>(s.road[direction_index])];
      const bool own_side = (direction_index == 0) == forward_side;
      const Id lane = own_side ? road.first_lane : road.first_lane + road.lane_count - 1;
      const float half = side > 0 ? s.half_left : s.half_right;
      for (float along = begin + 3; along + 3 <= end; along += kParkingGap) {
        const bool crossed = std::any_of(
            s.crossings.begin(), s.crossings.end(),
            [along](const Mark& mark) { return std::abs(mark.s - along) < kCrossingGap; });
        if (crossed) continue;
        const Pose middle = at(s.line, along);
        ParkingPlace place;
        place.pose.position =
            middle.position + left_of(direction(middle.heading)) *
                                  (static_cast<float>(side) * (half - kParkingStrip / 2));
        place.pose.heading =
            direction_index == 0 ? middle.heading : wrap_angle(middle.heading + 3.14159265f);
        if (on_lane(place)) continue;
        place.lane = lane;
        place.s = map.project(lane, place.pose.position).s;
        map.parking.push_back(place);
      }
    }
  }
}

}  // namespace sandlot::city
