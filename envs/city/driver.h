// A driver by rules: the baseline, and a teacher for imitation. It drives the route as background
// traffic would: the intelligent driver model behind what is ahead, at lines and in bends, the same
// gaps at intersections; it steers by pure pursuit (Coulter 1992, "Implementation of the pure
// pursuit path tracking algorithm").
#pragma once

#include "envs/city/city_world.h"

namespace sandlot::city {

// What a driver wants for now: m/s² along the road, and metres to the left of its lane's middle.
struct DriverPlan {
  float acceleration = 0, offset = 0;
};
DriverPlan plan_by_rules(const World& world);
// Wheel and pedals that follow a plan: pure pursuit, and what the acceleration takes beyond drag.
Controls controls_for(const World& world, const DriverPlan& plan);
// Where in its lane a driver makes way: metres to the left of the middle.
float kerb_offset(const World& world);

// What lies ahead on the route: for the driver, and for observations.
struct RoadAhead {
  static constexpr float far = 100;
  float leader = far;      // metres to what drives or stands ahead in the way
  float leader_speed = 0;  // m/s, along the route
  float person = far;      // metres to somebody on foot in the way
  // The nearest of those up to 5 m beside its way: metres to go, metres beside its middle, m/s that
  // they come nearer to it, and whether they wait to cross.
  float beside = 40, beside_aside = 5, beside_closing = 0;
  bool beside_waits = false;
  float line = far;  // metres to the next stop line
  Light light = Light::green;
  bool signal = false;
  bool must_stop = false;  // a stop sign
  bool may_cross = true;   // as others would be let in
  float conflict = 10;     // s until somebody with whom the way conflicts could be there
  float bend_speed = 40;   // m/s that bends and limits ahead leave, now
  float siren = far;       // metres to a siren that comes from behind or is beside
};
// With `occluded`, those whom buildings hide are not there.
RoadAhead look_along(const World& world, bool occluded = false);
// No more than the line with its light or sign, and bends and limits: all else is left as it is.
RoadAhead look_at_line(const World& world);

}  // namespace sandlot::city
