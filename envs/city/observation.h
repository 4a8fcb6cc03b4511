// What the learner sees of the city, as numbers. The first part is the same for all: the car's own
// state and the route ahead; then what the kind of observation adds. Angles count from the car's
// own direction, to the left above 0; all values are scaled and clipped to [−1, 1].
//
//   features    what drives, stands or shines ahead on the route; see feature_names()
//   lidar       per ray: how near it is what was hit, 1 − distance / range, as one of vehicle,
//               pedestrian, wall, parked car, the others 0; then how fast a road user that was hit
//               comes nearer
//   kinematics  per road user, nearest first: present, x, y, its velocity relative to the car's,
//   the
//               cosine and sine of its heading, and whether it is a vehicle, on a bicycle, on foot
//               or has a siren
//   raster      planes [C, H, W] of 0 and 1 around the car, forward being up: street, route,
//               vehicles, pedestrians, a red or yellow light on the route; the sixth is the car's
//               speed / 32 m/s everywhere
#pragma once

#include <span>
#include <string>
#include <vector>

#include "envs/city/city_world.h"
#include "sim/core/space.h"

namespace sandlot::city {

constexpr int raster_planes = 6;
constexpr int kinematics_values = 11;
constexpr int ray_values = 5;

Space observation_space(const CitySettings& settings);
std::vector<std::string> observation_names(const CitySettings& settings);  // empty for raster

// Scratch that observing needs; kept by its owner so that nothing is allocated.
struct ObservationScratch {
  struct Other {
    float square = 0;  // of its distance
    std::int32_t vehicle = none, person = none;
    Box box;
  };
  std::vector<Other> others;
};
void observe(const World& world, ObservationScratch& scratch, std::span<float> out);

// Of ray k to the car's heading, in rad.
float ray_angle(const LidarSettings& lidar, int k);
// One ray against everything, for the observation and for what is drawn of it.
RayHit cast_ray(const World& world, Vec2 ray, float range);

}  // namespace sandlot::city
